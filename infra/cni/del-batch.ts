// Many DELs at once, with the configuration and the result that the ADD left, and off the record when they have ended.

import type { Limit } from './add-batch.ts';
import { type Attachment, attachmentName, checkAttachment } from './attachment.ts';
import type { AttachmentStore, Records } from './attachment-store.ts';
import type { StoredAttachment } from './cache-entry.ts';
import { delChain } from './chain.ts';
import { CniError } from './error.ts';
import type { NetworkList } from './network-list.ts';
import type { PluginCaller } from './plugin-caller.ts';

export interface DelRequest {
  readonly attachment: Attachment;
  /** Used only when nothing usable is on record. */
  readonly list?: NetworkList | undefined;
}

export interface DelOutcome {
  readonly attachment: Attachment;
  /** Networks that it was detached from; empty when none was known. */
  readonly networks: readonly string[];
  /** Empty when nothing is left. */
  readonly errors: readonly CniError[];
}

export interface DelOptions {
  /** Go on with the rest of the list after an error. @default false */
  readonly bestEffort?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The interfaces of one container one after the other, in reverse order of `requests`; containers beside each other.
 * Outcomes are in the order of `requests`. An attachment that nobody knows is gone already. The caller holds the locks.
 * @throws HostError when the records cannot be read
 */
export async function delBatch(
  caller: PluginCaller,
  store: AttachmentStore,
  limit: Limit,
  requests: readonly DelRequest[],
  { bestEffort = false, signal }: DelOptions,
): Promise<DelOutcome[]> {
  const records = await store.load();
  const outcomes = new Map<DelRequest, DelOutcome>();
  const groups = Map.groupBy(requests, ({ attachment }) => attachment.containerId);
  await Promise.all(
    [...groups.values()].map((group) =>
      limit(async () => {
        for (const request of group.toReversed()) {
          outcomes.set(request, await delOne(caller, store, records, request, { bestEffort, signal }));
        }
      }),
    ),
  );
  const gone = [...outcomes.values()].filter(({ errors }) => errors.length === 0);
  await store.forget(
    gone.map(({ attachment }) => attachment),
    gone.flatMap(({ attachment, networks }) =>
      networks.map((network) => store.cacheFile(network, attachment)),
    ),
  );
  return requests.flatMap((request) => outcomes.get(request) ?? []);
}

async function delOne(
  caller: PluginCaller,
  store: AttachmentStore,
  records: Records,
  { attachment, list }: DelRequest,
  options: { readonly bestEffort: boolean; readonly signal: AbortSignal | undefined },
): Promise<DelOutcome> {
  const errors: CniError[] = [];
  const stored = known(records, attachment, list);
  try {
    checkAttachment(attachment, false);
    for (const entry of stored) errors.push(...(await delChain(caller, entry, options)));
    const done = new Set(stored.map((entry) => store.cacheFile(entry.list.name, attachment)));
    const unreadable = records.unreadable(attachment).filter((file) => !done.has(file));
    errors.push(...unreadable.map((file) => lost(caller, attachment, file)));
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    errors.push(error);
  }
  return { attachment, networks: stored.map((entry) => entry.list.name), errors };
}

/**
 * What is on record, with the network namespace as the caller knows it: the recorded one may be gone, or its path (a
 * PID's) may be somebody else's by now.
 */
function known(
  records: Records,
  attachment: Attachment,
  list: NetworkList | undefined,
): readonly StoredAttachment[] {
  const results = records.results(attachment);
  const begun = records
    .intents(attachment)
    .filter((entry) => !results.some((result) => result.list.name === entry.list.name));
  const stored = [...results, ...begun].map((entry) => ({
    ...entry,
    attachment: { ...entry.attachment, netns: attachment.netns },
  }));
  return stored.length === 0 && list ? [{ list, attachment }] : stored;
}

function lost(caller: PluginCaller, attachment: Attachment, file: string): CniError {
  return new CniError({
    reason: 'state',
    command: 'DEL',
    node: caller.options.node,
    containerId: attachment.containerId,
    pod: attachmentName(attachment),
    ifName: attachment.ifName,
    msg: `the record of the attachment cannot be read, so its network is not known: ${file}`,
    advice: 'Give the network configuration that it was made with, or remove the file once nothing is left.',
  });
}
