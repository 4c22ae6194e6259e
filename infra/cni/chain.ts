// One attachment through a list of plugins: ADD and CHECK in order, DEL in reverse (CNI spec 1.1.0, section 3).

import { type AddResult, parseAddResult } from './add-result.ts';
import type { Attachment } from './attachment.ts';
import type { StoredAttachment } from './cache-entry.ts';
import { CniError, CONTAINER_UNKNOWN, INCOMPATIBLE, TRY_AGAIN_LATER } from './error.ts';
import type { NetworkList } from './network-list.ts';
import { type PluginCaller, TRY_AGAIN_PAUSES_MS } from './plugin-caller.ts';
import { resultInVersion } from './result-version.ts';
import { atLeast, CHECK_SINCE } from './version.ts';

/**
 * ADD, every plugin with its predecessor's result. After a failure DEL has been run by every plugin of the list, with a
 * time limit of its own and whether or not `signal` has been aborted; then, if a plugin asked for it, once more.
 * @throws CniError whose `cleanup` is empty when nothing is left of the attempt
 */
export async function addChain(
  caller: PluginCaller,
  list: NetworkList,
  attachment: Attachment,
  signal?: AbortSignal,
): Promise<AddResult> {
  for (const wait of [...TRY_AGAIN_PAUSES_MS, undefined]) {
    try {
      return await addOnce(caller, list, attachment, signal);
    } catch (error) {
      if (!(error instanceof CniError)) throw error;
      // Every plugin gets its DEL: one that fails must not keep the next from freeing an address.
      const undone = await delChain(caller, { list, attachment }, { bestEffort: true });
      // A plugin that does not speak the version has done nothing for ADD, and has nothing to undo.
      const cleanup =
        error.code === INCOMPATIBLE ? undone.filter(({ code }) => code !== INCOMPATIBLE) : undone;
      if (error.code !== TRY_AGAIN_LATER || wait === undefined || cleanup.length > 0)
        throw error.withCleanup(cleanup);
    }
    await caller.wait(wait, { command: 'ADD', list, attachment, signal });
  }
  throw new Error('unreachable');
}

async function addOnce(
  caller: PluginCaller,
  list: NetworkList,
  attachment: Attachment,
  signal?: AbortSignal,
): Promise<AddResult> {
  const { capabilityArgs, ips } = attachment;
  let prevResult: object | undefined;
  for (const plugin of list.plugins) {
    const call = { command: 'ADD', list, plugin, attachment, signal } as const;
    const extras = { capabilityArgs, ...(ips && { ips }), ...(prevResult && { prevResult }) };
    const raw = await caller.callForResult({ ...call, extras });
    // No plugin can read a prevResult of another version than its own configuration's (libcni's ParsePrevResult).
    prevResult = resultInVersion(raw, list.cniVersion);
    if (!prevResult) {
      const msg = `the plugin ended well, but its result is of a version that there is not: ${JSON.stringify(raw).slice(0, 200)}`;
      throw caller.error(call, { reason: 'garbage', msg });
    }
  }
  try {
    return parseAddResult(prevResult, list.cniVersion);
  } catch (cause) {
    const plugin = list.plugins.at(-1);
    const call = { command: 'ADD', list, attachment, ...(plugin && { plugin }) } as const;
    const msg = `the plugin ended well, but its result is not one: ${JSON.stringify(prevResult).slice(0, 200)}`;
    throw caller.error(call, { reason: 'garbage', msg }, cause);
  }
}

/**
 * DEL, last plugin first, with the final result of the ADD. Halts at the first error, unless `bestEffort`.
 * @returns what went wrong; empty when the attachment is gone
 */
export async function delChain(
  caller: PluginCaller,
  { list, attachment, result }: StoredAttachment,
  options: { readonly bestEffort: boolean; readonly signal?: AbortSignal | undefined },
): Promise<readonly CniError[]> {
  const { capabilityArgs } = attachment;
  const prevResult = result !== undefined && atLeast(list.cniVersion, CHECK_SINCE) ? result : undefined;
  const extras = { capabilityArgs, ...(prevResult !== undefined && { prevResult }) };
  const errors: CniError[] = [];
  const plugins = list.plugins.toReversed();
  for (const [i, plugin] of plugins.entries()) {
    try {
      await caller.call({ command: 'DEL', list, plugin, attachment, extras, signal: options.signal });
    } catch (error) {
      if (!(error instanceof CniError)) throw error;
      // The plugin knows nothing of the container: there is nothing for it to remove.
      if (error.code === CONTAINER_UNKNOWN) continue;
      const left = plugins.slice(i + 1).map(({ type }) => type);
      if (options.bestEffort || left.length === 0) errors.push(error);
      else {
        const note = `DEL stopped here, and was not run by: ${left.join(', ')} (a best-effort DEL goes on).`;
        errors.push(error.withNote(note));
        break;
      }
    }
  }
  return errors;
}

/** CHECK, in order, with the final result of the ADD. @throws CniError of the first plugin that finds something wrong */
export async function checkChain(
  caller: PluginCaller,
  { list, attachment, result }: StoredAttachment,
  signal?: AbortSignal,
): Promise<void> {
  const extras = { capabilityArgs: attachment.capabilityArgs, prevResult: result };
  for (const plugin of list.plugins) {
    await caller.call({ command: 'CHECK', list, plugin, attachment, extras, signal });
  }
}
