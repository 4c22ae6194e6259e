// Many ADDs at once: on record before they begin, in the result cache when they have ended, undone when they failed.
import { HostError } from '../backends/host-error.ts';
import { prepare, recordsError, refuse } from './add-checks.ts';
import type { AddResult } from './add-result.ts';
import type { Attachment } from './attachment.ts';
import type { AttachmentStore } from './attachment-store.ts';
import { addChain, delChain } from './chain.ts';
import { CniError } from './error.ts';
import type { NetworkList } from './network-list.ts';
import type { PluginCaller } from './plugin-caller.ts';

export interface AddRequest {
  readonly list: NetworkList;
  readonly attachment: Attachment;
}

/**
 * A container's requests succeed or fail together. `error` is why its container has none of them (so it may be about
 * another interface); what of them could not be removed is in `error.cleanup`.
 */
export type AddOutcome = AddRequest &
  ({ readonly ok: true; readonly result: AddResult } | { readonly ok: false; readonly error: CniError });

/** Runs one task of many, a limited number of them at a time. */
export type Limit = <T>(task: () => Promise<T>) => Promise<T>;

/** One container's share of a batch. */
interface Turn {
  readonly requests: readonly AddRequest[];
  /** Of the first so many requests. */
  results: AddResult[];
  error?: CniError;
}

/**
 * Interfaces of one container are added one after the other, in the order of `requests`; containers run beside each
 * other. Outcomes are in the order of `requests`. The caller holds the containers' locks.
 */
export async function addBatch(
  caller: PluginCaller,
  store: AttachmentStore,
  limit: Limit,
  requests: readonly AddRequest[],
  signal?: AbortSignal,
): Promise<AddOutcome[]> {
  const groups = Map.groupBy(requests, ({ attachment }) => attachment.containerId);
  const turns = [...groups.values()].map((group): Turn => ({ requests: group, results: [] }));
  const open = () => turns.filter(({ error }) => error === undefined);
  const requestsOf = (some: readonly Turn[]) => some.flatMap((turn) => turn.requests);

  for (const turn of turns) setError(turn, await refuse(caller, turn.requests));
  const records = open().length > 0 && (await attempt(store.load()));
  if (records instanceof HostError) fail(caller, open(), records);
  else if (records) {
    for (const turn of open()) setError(turn, await prepare(caller, records, turn.requests));
  }
  const begun = open();
  const intents = begun.length > 0 ? await attempt(store.begin(requestsOf(begun))) : [];
  if (intents instanceof HostError) fail(caller, begun, intents);
  await Promise.all(open().map((turn) => limit(() => addContainer(caller, turn, signal))));

  const unsaved = await attempt(store.save(open().flatMap(stored)));
  const unsavedTurns = unsaved ? open() : [];
  if (unsaved) {
    fail(caller, unsavedTurns, unsaved);
    await Promise.all(unsavedTurns.map((turn) => limit(() => undo(caller, turn))));
  }
  const settled = begun.filter(({ error }) => error === undefined || error.cleanup.length === 0);
  const files = requestsOf(unsavedTurns).map(({ list, attachment }) =>
    store.cacheFile(list.name, attachment),
  );
  if (records && !(records instanceof HostError) && !(intents instanceof HostError)) {
    const attachments = requestsOf(settled).map(({ attachment }) => attachment);
    // A record too many costs a DEL that finds nothing: not worth failing for.
    await attempt(store.end(intents, records, attachments, files));
  }
  return requests.flatMap((request) => {
    const turn = turns.find((one) => one.requests.includes(request));
    return turn ? outcomeOf(turn, request) : [];
  });
}

async function addContainer(caller: PluginCaller, turn: Turn, signal?: AbortSignal): Promise<void> {
  for (const { list, attachment } of turn.requests) {
    try {
      turn.results.push(await addChain(caller, list, attachment, signal));
    } catch (error) {
      if (!(error instanceof CniError)) throw error;
      turn.error = error;
      await undo(caller, turn);
      return;
    }
  }
}

/** DEL for the interfaces that were added, whatever becomes of each; what fails is told with the turn's error. */
async function undo(caller: PluginCaller, turn: Turn): Promise<void> {
  const cleanup = [...(turn.error?.cleanup ?? [])];
  for (const entry of stored(turn).toReversed()) {
    cleanup.push(...(await delChain(caller, entry, { bestEffort: true })));
  }
  turn.results = [];
  setError(turn, turn.error?.withCleanup(cleanup));
}

function stored({ requests, results }: Turn) {
  return results.flatMap((result, i) => {
    const request = requests[i];
    return request ? [{ ...request, result: result.raw }] : [];
  });
}

function outcomeOf(turn: Turn, request: AddRequest): AddOutcome[] {
  if (turn.error) return [{ ...request, ok: false, error: turn.error }];
  const result = turn.results[turn.requests.indexOf(request)];
  return result ? [{ ...request, ok: true, result }] : [];
}

function setError(turn: Turn, error: CniError | undefined): void {
  if (error) turn.error = error;
}

function fail(caller: PluginCaller, turns: readonly Turn[], cause: HostError): void {
  for (const turn of turns) {
    const [first] = turn.requests;
    if (first) turn.error = recordsError(caller, first, cause);
  }
}

/** The value, or the host's error. */
async function attempt<T>(work: Promise<T>): Promise<T | HostError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
}
