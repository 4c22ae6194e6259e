// The provider without its transport: finds the handler, unwraps and wraps data, keeps backends and the abort signal.
import type { Backend, ClusterHandle } from '../backends/backend.ts';
import { loadBackend } from '../backends/registry.ts';
import { CHANGING, digestOf, placeOf, readNote, removeNote, writeNote } from './change-notes.ts';
import { reveal, secretTexts, stateAsRead, stateOf, UNKNOWN, type WireObject } from './codec.ts';
import { handlerOf } from './dispatch.ts';
import type { CallContext, Change, CheckFailure } from './handler.ts';
import { messageOf, PartialFailure } from './partial-failure.ts';
import { ProviderError } from './provider-error.ts';

/** Where the provider tells what it does. */
export interface Reporter {
  /** A line beside the resource; ephemeral ones only while it is being worked on. */
  say(urn: string, message: string, ephemeral: boolean): void;
  log(stack: string, message: string): void;
}

export type Provider = ReturnType<typeof createProvider>;

/** A provider; one serves one engine run. */
export function createProvider(reporter: Reporter) {
  const stopping = new AbortController();
  const connected = new Map<string, { backend: Backend; handle: ClusterHandle }>();
  const running = new Set<Promise<unknown>>();

  /** What a handler gets. Secrets in `wires` are kept out of everything it says. */
  function contextOf(
    urn: string,
    ...wires: readonly WireObject[]
  ): CallContext & { clean(text: string): string } {
    const stack = urn.split('::')[0]?.split(':')[2] ?? '';
    const secrets = wires.flatMap((wire) => secretTexts(wire));
    const clean = (text: string) => secrets.reduce((all, secret) => all.replaceAll(secret, '[secret]'), text);
    return {
      urn,
      stack,
      clean,
      op: {
        signal: stopping.signal,
        progress: (message) => reporter.say(urn, clean(message), true),
      },
      inform: (message) => reporter.say(urn, clean(message), false),
      log: (message) => reporter.log(stack, clean(`${urn.split('::').slice(2).join(' ')}: ${message}`)),
      backend: loadBackend,
      async backendOf(handle) {
        const backend = await loadBackend(handle.backend);
        connected.set(handle.id, { backend, handle });
        return backend;
      },
    };
  }

  /** Runs one operation; whatever it throws comes out as one message without a stack. */
  async function guarded<T>(
    verb: string,
    urn: string,
    wires: readonly WireObject[],
    inputs: WireObject | undefined,
    work: (call: CallContext) => Promise<T>,
  ): Promise<T> {
    const call = contextOf(urn, ...wires);
    const task = work(call);
    running.add(task);
    try {
      return await task;
    } catch (error) {
      call.log(`${verb} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      const message = call.clean(messageOf(error));
      if (!(error instanceof PartialFailure)) throw new ProviderError(message, undefined, { cause: error });
      const state = stateOf(inputs ?? {}, error.outs as Readonly<Record<string, unknown>>);
      throw new ProviderError(message, { id: error.id, state, reasons: error.reasons.map(call.clean) });
    } finally {
      running.delete(task);
    }
  }

  return {
    check: (urn: string, olds: WireObject, news: WireObject): Promise<readonly CheckFailure[]> =>
      guarded('check', urn, [news], undefined, (call) =>
        handlerOf(urn).check(reveal(news), Object.keys(olds).length === 0, call),
      ),

    diff: (urn: string, state: WireObject, news: WireObject): Promise<readonly Change[]> =>
      guarded('diff', urn, [state, news], undefined, async (call) => {
        const changes = await withCutOff(call, state, news);
        for (const { reason } of changes) if (reason !== undefined) call.inform(reason);
        return changes;
      }),

    /** In preview nothing is made, and what would be computed is not known. */
    create: (urn: string, news: WireObject, preview: boolean): Promise<{ id: string; state: WireObject }> =>
      guarded('create', urn, [news], news, async (call) => {
        if (preview) return { id: '', state: news };
        const { id, outs } = await noting(call, news, true, () => handlerOf(urn).create(plain(news), call));
        return { id, state: stateOf(news, outs as Readonly<Record<string, unknown>>) };
      }),

    read: (urn: string, state: WireObject): Promise<WireObject | undefined> =>
      guarded('read', urn, [state], undefined, async (call) => {
        const outs = await handlerOf(urn).read(plain(state), call);
        return outs && stateAsRead(state, outs as Readonly<Record<string, unknown>>);
      }),

    update: (
      urn: string,
      id: string,
      state: WireObject,
      news: WireObject,
      preview: boolean,
    ): Promise<WireObject> =>
      guarded('update', urn, [state, news], news, async (call) => {
        const handler = handlerOf(urn);
        if (!preview) {
          const { outs } = await noting(call, news, false, async () => ({
            outs: await handler.update(id, plain(state), plain(news), call),
          }));
          return stateOf(news, outs as Readonly<Record<string, unknown>>);
        }
        if (await handler.onlyRecords?.(plain(state), plain(news), call)) return { ...state, ...news };
        const kept = handler.keptByUpdate
          .filter((key) => Object.hasOwn(state, key))
          .map((key) => [key, state[key] ?? UNKNOWN] as const);
        return { ...news, ...Object.fromEntries(kept) };
      }),

    delete: (urn: string, state: WireObject): Promise<void> =>
      guarded('delete', urn, [state], undefined, async (call) => {
        await handlerOf(urn).delete(plain(state), call);
        await removeNote(placeOf(call, plain(state)));
      }),

    /**
     * Stops what is under way; resolves when that is done and every connection is closed. Idempotent: the engine
     * also calls it when all is done.
     */
    async cancel(): Promise<void> {
      stopping.abort();
      await Promise.allSettled(running);
      const open = [...connected.values()];
      connected.clear();
      await Promise.allSettled(open.map(({ backend, handle }) => backend.disconnect(handle)));
    },

    /** Whether an operation is under way. */
    busy: () => running.size > 0,
  };
}

/** The handler's changes; and one more where an earlier change of it is in no state. */
async function withCutOff(
  call: CallContext,
  state: WireObject,
  news: WireObject,
): Promise<readonly Change[]> {
  const handler = handlerOf(call.urn);
  const changes = await handler.diff(plain(state), plain(news), call);
  if (!handler.cutOff || changes.some(({ replace }) => replace)) return changes;
  const note = await readNote(placeOf(call, plain(state)));
  if (!note || note.generation === (plain(state) as { generation?: string }).generation) return changes;
  const replace = handler.cutOff === 'anew' && note.digest !== digestOf(plain(news));
  const reason = 'an earlier change of it was cut off before it was saved: it is made again';
  return [...changes, { path: 'generation', kind: 'update', replace, reason }];
}

/** Notes that the resource is being changed, then what came of it. */
async function noting<T extends { readonly outs: object }>(
  call: CallContext,
  news: WireObject,
  isNew: boolean,
  work: () => Promise<T>,
): Promise<T> {
  const handler = handlerOf(call.urn);
  if (!handler.cutOff) return await work();
  const inputs = plain(news);
  const place = placeOf(call, inputs);
  const note = (outs: object) => {
    const { generation = CHANGING } = outs as { generation?: string };
    return writeNote(place, { generation, digest: digestOf(inputs) });
  };
  // Before there is a cluster there is nothing to note it beside.
  if (!isNew || 'clusterHandle' in inputs) {
    const before = isNew ? await readNote(place) : undefined;
    if (before && handler.cutOff === 'anew' && before.digest !== digestOf(inputs))
      await handler.delete(inputs, call);
    await note({});
  }
  try {
    const made = await work();
    await note(made.outs);
    return made;
  } catch (error) {
    if (error instanceof PartialFailure) await note(error.outs).catch(() => undefined);
    throw error;
  }
}

/** Dispatch is by type token: what the data is, `check` has made sure of. */
function plain(wire: WireObject): object {
  return reveal(wire) as object;
}
