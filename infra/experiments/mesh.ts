// The mesh experiment: who reaches whom, among as many as there are.
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { type Check, evaluateCheck } from './evaluate-check.ts';
import { ExperimentError, type ExperimentOf, type Runner, type Running } from './experiment.ts';
import { meshMembers } from './mesh/members.ts';
import { meshObservation, type PairSeen, pairSeen } from './mesh/observation.ts';
import { meshPairs, type Pair } from './mesh/pairs.ts';
import { sendEchoes } from './mesh/send-echoes.ts';
import { targetAddress } from './run-ping.ts';
import { toJson } from './to-json.ts';

type Mesh = ExperimentOf<'mesh'>;

/** What came of pairs that were asked, by pair; and why senders could not send. */
interface Asked {
  readonly seen: ReadonlyMap<Pair, PairSeen>;
  readonly failures: readonly string[];
}

/** What a mesh without checks of its own asserts. */
const WHOLE: Check = { name: 'every request of every pair is answered', select: 'unanswered', expect: [] };
/** Of the senders that could not send, so many are named in the reason. */
const NAMED = 3;
/** Before those that were not answered are asked again: a kernel without a route refuses at once. */
const PAUSE_MS = 500;
/** How often it is told how far it is. */
const TOLD = 4;

export const mesh: Runner<'mesh'> = async (running, experiment) => {
  const [from, to] = [meshMembers(running.lab, experiment.from), meshMembers(running.lab, experiment.to)];
  const pairs = meshPairs({ ...experiment, from, to });
  if (pairs.length === 0)
    throw new ExperimentError('no two hosts of this lab are such a pair: nobody is asked');
  const addressOf = ({ to }: Pair) =>
    running.lookup(to.name, experiment.family === 6 ? 'address6' : 'address');
  const addressed = pairs.filter((pair) => addressOf(pair) !== undefined);
  const { seen, failures } = await askPatiently(running, experiment, addressed);
  const rows = pairs.flatMap((pair) =>
    addressOf(pair) === undefined ? [notAsked(running, experiment, pair)] : (seen.get(pair) ?? []),
  );
  const observation = meshObservation(rows);
  const observed = toJson(observation);
  const checks = experiment.checks.length > 0 ? experiment.checks : [WHOLE];
  const { count, interval } = experiment;
  return {
    observed,
    // How long a network takes to settle is not its state.
    comparable: toJson(meshObservation(observation.pairs.map((pair) => ({ ...pair, attempts: 0 })))),
    checks: checks.map((check) => evaluateCheck(check, observed, 'mesh', running.lookup)),
    trafficMs: Math.max(...bySender(pairs).map((own) => own.length)) * count * interval * 1000,
    ...(failures.length > 0 && {
      doubt: `${failures.length} of ${bySender(pairs).length} senders could not send: ${failures.slice(0, NAMED).join('; ')}`,
    }),
  };
};

/** One without an address, which is no fault of who would have asked: it must not hide what the sender sees of others. */
function notAsked({ lookup }: Running, { family, count }: Mesh, pair: Pair): PairSeen {
  const { name } = pair.to;
  const why =
    lookup(name, 'name') === undefined ? 'does not run' : `has no IPv${family === 6 ? 6 : 4} address`;
  const nothing = { received: 0, duplicates: 0, ttls: [], answeredBy: [], errors: [`${name} ${why}`] };
  return pairSeen(pair, nothing, count, 0);
}

/** Asks all, and then those again that were not answered, until all are or the patience is over. */
async function askPatiently(running: Running, experiment: Mesh, pairs: readonly Pair[]): Promise<Asked> {
  const end = performance.now() + experiment.patience * 1000;
  const seen = new Map<Pair, PairSeen>();
  for (let attempt = 1, open = pairs; ; attempt++) {
    const asked = await askAll(running, experiment, open, attempt);
    for (const [pair, row] of asked.seen) seen.set(pair, row);
    open = [...asked.seen].filter(([, row]) => row.received < row.transmitted).map(([pair]) => pair);
    if (asked.failures.length > 0 || open.length === 0 || performance.now() >= end)
      return { seen, failures: asked.failures };
    await sleep(PAUSE_MS, undefined, { signal: running.signal });
  }
}

async function askAll(
  running: Running,
  experiment: Mesh,
  pairs: readonly Pair[],
  attempt: number,
): Promise<Asked> {
  const senders = bySender(pairs);
  const limit = pLimit(experiment.atOnce);
  const step = Math.ceil(senders.length / TOLD);
  const again = attempt === 1 ? '' : `, attempt ${attempt}`;
  let done = 0;
  const outcomes = await Promise.all(
    senders.map((own) =>
      limit(async () => {
        const outcome = await askOne(running, experiment, own, attempt);
        done++;
        if (done === senders.length || done % step === 0)
          running.progress?.(`experiment ${experiment.name}: ${done} of ${senders.length} senders${again}`);
        return outcome;
      }),
    ),
  );
  return {
    seen: new Map(outcomes.flatMap((outcome) => [...(outcome.seen ?? [])])),
    failures: outcomes.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
  };
}

/** One sender that cannot send must not hide what the others have seen. @throws the signal's reason */
async function askOne(
  running: Running,
  experiment: Mesh,
  pairs: readonly Pair[],
  attempt: number,
): Promise<{ readonly seen?: Asked['seen']; readonly failure?: string }> {
  const { cluster, signal } = running;
  const { count, family } = experiment;
  const [{ from: sender }] = pairs as readonly [Pair];
  signal.throwIfAborted();
  try {
    const addresses = pairs.map(({ to }) => targetAddress(running, { to: to.name, family }));
    const echoes = await sendEchoes(cluster.host(sender.name), addresses, experiment, signal);
    const row = (pair: Pair, i: number) =>
      pairSeen(pair, echoes[i] as (typeof echoes)[number], count, attempt);
    return { seen: new Map(pairs.map((pair, i) => [pair, row(pair, i)])) };
  } catch (error) {
    signal.throwIfAborted();
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

function bySender(pairs: readonly Pair[]): readonly (readonly Pair[])[] {
  return [...Map.groupBy(pairs, ({ from }) => from.name).values()];
}
