// What stands in the way of an ADD before any plugin has been asked.
import { HostError } from '../backends/host-error.ts';
import type { AddRequest } from './add-batch.ts';
import { checkAttachment } from './attachment.ts';
import type { Records } from './attachment-store.ts';
import { delChain } from './chain.ts';
import { CniError } from './error.ts';
import type { PluginCaller } from './plugin-caller.ts';

/** What is wrong with the requests for one container themselves, or with the plugins that they need. */
export async function refuse(
  caller: PluginCaller,
  requests: readonly AddRequest[],
): Promise<CniError | undefined> {
  const names = new Set<string>();
  for (const request of requests) {
    const { list, attachment } = request;
    const call = { command: 'ADD', list, attachment } as const;
    const { ifName } = attachment;
    if (names.has(ifName))
      return caller.error(call, { reason: 'invalid', msg: 'is asked for twice at once' });
    names.add(ifName);
    try {
      checkAttachment(attachment, true);
      await caller.paths.resolve(list);
    } catch (error) {
      if (error instanceof HostError) return recordsError(caller, request, error);
      if (!(error instanceof CniError)) throw error;
      const plugin = list.plugins.find(({ type }) => type === error.plugin);
      return caller.error({ ...call, ...(plugin && { plugin }) }, error.facts, error);
    }
  }
  return undefined;
}

/** Removes what interrupted ADDs of these interfaces left. @returns why ADD is not possible now */
export async function prepare(
  caller: PluginCaller,
  records: Records,
  requests: readonly AddRequest[],
): Promise<CniError | undefined> {
  for (const { list, attachment } of requests) {
    const call = { command: 'ADD', list, attachment } as const;
    const [existing] = records.results(attachment);
    if (existing) {
      const msg = `is attached to network ${existing.list.name} already`;
      return caller.error(call, { reason: 'state', msg, advice: 'DEL must come before the next ADD.' });
    }
    for (const leftover of records.intents(attachment)) {
      const stored = { ...leftover, attachment: { ...leftover.attachment, netns: attachment.netns } };
      const cleanup = await delChain(caller, stored, { bestEffort: true });
      const msg = 'what an interrupted ADD left cannot be removed';
      if (cleanup.length > 0) return caller.error(call, { reason: 'state', msg }).withCleanup(cleanup);
    }
  }
  return undefined;
}

/** The runtime's records cannot be read or written. */
export function recordsError(
  caller: PluginCaller,
  { list, attachment }: AddRequest,
  cause: HostError,
): CniError {
  const msg = `the runtime’s records on the node cannot be kept: ${cause.message}`;
  return caller.error({ command: 'ADD', list, attachment }, { reason: 'host', msg }, cause);
}
