// The verbs about a network as a whole: GC and STATUS (CNI spec 1.1.0).

import type { Limit } from './add-batch.ts';
import type { Attachment } from './attachment.ts';
import type { AttachmentStore } from './attachment-store.ts';
import { type DelOutcome, delBatch } from './del-batch.ts';
import { CniError } from './error.ts';
import type { NetworkList } from './network-list.ts';
import type { PluginCaller } from './plugin-caller.ts';
import { atLeast, GC_SINCE } from './version.ts';

export interface GcOutcome {
  /** Recorded attachments that were not valid any more, and what their DEL said. */
  readonly removed: readonly DelOutcome[];
  /** What the plugins' own GC said. */
  readonly errors: readonly CniError[];
  /** Why the plugins were not called. */
  readonly skipped?: string;
}

/**
 * DEL for everything on record of this network that is not valid, then GC by every plugin, whatever the others say.
 * The caller sees to it that nothing else runs.
 */
export async function gcNetwork(
  caller: PluginCaller,
  store: AttachmentStore,
  limit: Limit,
  list: NetworkList,
  valid: readonly Pick<Attachment, 'containerId' | 'ifName'>[],
  signal?: AbortSignal,
): Promise<GcOutcome> {
  if (list.disableGC) {
    return { removed: [], errors: [], skipped: `network ${list.name} sets disableGC` };
  }
  const stale = (await store.load())
    .all()
    .filter((entry) => entry.list.name === list.name)
    .filter(
      ({ attachment: { containerId, ifName } }) =>
        !valid.some((other) => other.containerId === containerId && other.ifName === ifName),
    );
  const requests = stale.map(({ attachment }) => ({ attachment: withoutPid(attachment) }));
  const options = { bestEffort: true, ...(signal && { signal }) };
  const removed = requests.length > 0 ? await delBatch(caller, store, limit, requests, options) : [];
  if (!atLeast(list.cniVersion, GC_SINCE)) {
    return { removed, errors: [], skipped: tooOld(list, 'GC') };
  }
  const validAttachments = valid.map(({ containerId, ifName }) => ({
    containerID: containerId,
    ifname: ifName,
  }));
  const errors: CniError[] = [];
  for (const plugin of list.plugins) {
    try {
      await caller.call({ command: 'GC', list, plugin, extras: { validAttachments }, signal });
    } catch (error) {
      if (!(error instanceof CniError)) throw error;
      errors.push(error);
    }
  }
  return { removed, errors };
}

/** @returns why nobody was asked; undefined when every plugin is ready. @throws CniError of the first that is not */
export async function networkStatus(
  caller: PluginCaller,
  list: NetworkList,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (!atLeast(list.cniVersion, GC_SINCE)) return tooOld(list, 'STATUS');
  for (const plugin of list.plugins) await caller.call({ command: 'STATUS', list, plugin, signal });
  return undefined;
}

/** The sentence for a verb that the network's version does not have. */
export function tooOld(list: NetworkList, verb: 'CHECK' | 'GC' | 'STATUS', since = GC_SINCE): string {
  return `${verb} needs cniVersion ${since}, and network ${list.name} is ${list.cniVersion}`;
}

/** The PID of a container that is gone may be another's by now: DEL must not reach into that one's namespace. */
function withoutPid(attachment: Attachment): Attachment {
  return attachment.netns.startsWith('/proc/') ? { ...attachment, netns: '' } : attachment;
}
