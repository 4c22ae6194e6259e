// Watches what hosts learn while something happens: monitors that are heard, a reading before, and a reading after.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../backends/host.ts';
import type { Matcher } from '../lab/schema.ts';
import { type LearnedState, readLearnedState } from '../observe/learning/learned-state.ts';
import { type MONITORS, type OpenMonitor, openMonitor } from '../observe/learning/monitor.ts';
import type { LearnedEvent } from '../observe/learning/monitor-lines.ts';
import { transitions } from '../observe/learning/transitions.ts';
import { rowsMatching } from './evaluate-check.ts';
import type { Running } from './experiment.ts';
import { changeRow } from './learned-rows.ts';
import type { CheckResult, Json } from './result.ts';

type Row = Readonly<Record<string, Matcher>>;

export interface Watched<T> {
  /** Of the body. */
  readonly result: T;
  /** One of each host, in the order of the hosts. */
  readonly before: readonly LearnedState[];
  readonly after: readonly LearnedState[];
  /** By time. */
  readonly events: readonly LearnedEvent[];
  /** That what was to be waited for came, or did not; nothing when nothing was. */
  readonly waited: readonly CheckResult[];
}

/** For events that are on their way when all is over, ms: the last reading has the changes anyway, only not their time. */
const GRACE_MS = 20;

/** @throws MonitorError, ObserveError; whatever the body throws */
export async function watchLearning<T>(
  { signal }: Pick<Running, 'signal'>,
  hosts: readonly Host[],
  doing: {
    readonly body: () => Promise<T>;
    /** Changes to wait for after the body, each matched by a row. */
    readonly waitFor: readonly Row[];
    readonly patienceMs: number;
  },
): Promise<Watched<T>> {
  let wake = () => {};
  const read = () => Promise.all(hosts.map((host) => readLearnedState(host, signal)));
  const wanted = (await read()).flatMap((state, at) =>
    monitorsFor(state).map((kind) => ({ kind, host: hosts[at] as Host })),
  );
  const opening = await Promise.allSettled(
    wanted.map(({ kind, host }) => openMonitor(host, kind, { signal, onEvent: () => wake() })),
  );
  const monitors = opening.flatMap((o): OpenMonitor[] => (o.status === 'fulfilled' ? [o.value] : []));
  const events = () => monitors.flatMap((monitor) => monitor.events).sort((a, b) => Number(a.ns - b.ns));
  try {
    const failed = opening.find((o) => o.status === 'rejected');
    if (failed) throw failed.reason;
    const before = await read();
    const result = await doing.body();
    const changes = (after: readonly LearnedState[] = []) =>
      before.flatMap((state, at) => transitions(state, events(), after[at]).map(changeRow));
    const patience = AbortSignal.timeout(doing.patienceMs);
    while (missing(doing.waitFor, changes()).length > 0 && !patience.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        for (const stop of [patience, signal])
          stop.addEventListener('abort', () => resolve(), { once: true });
      });
      signal.throwIfAborted();
    }
    await sleep(GRACE_MS, undefined, { signal });
    const after = await read();
    const waited = doing.waitFor.length === 0 ? [] : [outcome(doing, changes(after))];
    return { result, before, after, events: events(), waited };
  } finally {
    await Promise.all(monitors.map((monitor) => monitor.close()));
  }
}

/** Only what can have something to tell: each is a process. */
function monitorsFor({ interfaces, addresses }: LearnedState): readonly (keyof typeof MONITORS)[] {
  const has = (family: string) => addresses.some((one) => one.family === family && one.dev !== 'lo');
  return [
    ...(interfaces.some(({ kind }) => kind === 'bridge' || kind === 'vxlan') ? ['fdb' as const] : []),
    ...(has('inet') ? ['inet' as const] : []),
    ...(has('inet6') ? ['inet6' as const] : []),
  ];
}

/** Rows that no change matches. */
function missing(waitFor: readonly Row[], changes: readonly Json[]): readonly Row[] {
  return waitFor.filter((row) => rowsMatching(row, changes).length === 0);
}

function outcome(
  { waitFor, patienceMs }: { readonly waitFor: readonly Row[]; readonly patienceMs: number },
  changes: readonly Json[],
): CheckResult {
  const late = missing(waitFor, changes);
  return {
    name: `what was waited for came within ${patienceMs / 1000} s`,
    verdict: late.length === 0 ? 'pass' : 'fail',
    expected: waitFor,
    observed: changes,
    differences: late.map((row) => `no change matched ${JSON.stringify(row)}`),
  };
}
