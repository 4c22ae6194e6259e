// One case: the lab made ready, one process killed, the recovery, and whether everything is as if nobody had been killed.
import { type Case, nameOf } from './cases.ts';
import type { Variant } from './labs.ts';
import type { Ended, Lane } from './lane.ts';
import { leftovers } from './leftovers.ts';
import type { Outcome } from './outcome.ts';
import { canonicalOf, type References } from './references.ts';
import { strike } from './strike.ts';
import { shown, TRACE, wrongWords } from './words.ts';

/** What stands in a lane: undefined when nothing does. */
export interface Standing {
  variant: Variant | undefined;
}

/** @param standing is kept up to date */
export async function runCase(
  lane: Lane,
  standing: Standing,
  one: Case,
  references: References,
): Promise<Outcome> {
  const at = new Date().toISOString();
  const begun = performance.now();
  const outcome = (came: Outcome['came'], wrong: readonly string[], ...ended: readonly Ended[]) => ({
    ...one,
    name: nameOf(one),
    came,
    wrong,
    exitCodes: ended.map(({ exitCode }) => exitCode),
    seconds: Math.round((performance.now() - begun) / 100) / 10,
    at,
  });
  const unready = await makeReady(lane, standing, one, references);
  if (unready) return outcome('failed', [`before anything was killed: ${unready}`]);

  const { operation, moment, victim } = one;
  lane.writeLab(one.to);
  const usual = references.times.of(operation);
  const { ended, killed } = await strike(lane, wordsOf(lane, one), moment, victim, usual);
  const said = wrongWords(ended, killed !== undefined);
  if (killed === undefined) {
    references.times.took(operation, ended.seconds);
    standing.variant = operation === 'down' ? undefined : one.to;
    if (said.length > 0) return outcome('failed', ['nobody was killed', ...said], ended);
    return outcome('missed', [], ended);
  }
  const recovered = await recover(lane, standing, one);
  const wrong = [...said, ...(await judge(lane, standing, one, recovered, references))];
  return { ...outcome(wrong.length > 0 ? 'failed' : 'survived', wrong, ended, recovered), killed };
}

function wordsOf(lane: Lane, { operation }: Pick<Case, 'operation'>): readonly string[] {
  switch (operation) {
    case 'verify':
    case 'down':
      return [operation, '--stack', lane.name];
    case 'rebuild':
      return ['rebuild', lane.name];
    default:
      return ['up', lane.labFile, '--stack', lane.name];
  }
}

/** @returns why it is not ready */
async function makeReady(
  lane: Lane,
  standing: Standing,
  { operation, from }: Case,
  { times }: References,
): Promise<string | undefined> {
  const wanted = operation === 'up' ? undefined : from;
  if (standing.variant === wanted) return undefined;
  if (wanted !== undefined) lane.writeLab(wanted);
  const next = wanted === undefined ? 'down' : 'up';
  const ended = await lane.run(wordsOf(lane, { operation: next }));
  if (ended.exitCode !== 0) return `${next} ended with ${ended.exitCode}\n${shown(ended)}`;
  times.took(standing.variant === undefined || next === 'down' ? next : 'update', ended.seconds);
  standing.variant = wanted;
  return undefined;
}

async function recover(lane: Lane, standing: Standing, one: Case): Promise<Ended> {
  const { operation, recovery, from, to, victim } = one;
  const isDown = recovery === 'down' || (operation === 'down' && recovery === 'again');
  if (isDown) {
    standing.variant = undefined;
    return lane.run(wordsOf(lane, { operation: 'down' }));
  }
  standing.variant = recovery === 'back' ? from : to;
  lane.writeLab(standing.variant);
  const gone = victim === 'holder' || victim === 'everything';
  if (operation === 'verify' && !gone) return lane.run(wordsOf(lane, { operation: 'verify' }));
  return lane.run(wordsOf(lane, { operation: 'up' }));
}

/** What is not as it must be after the recovery. */
async function judge(
  lane: Lane,
  standing: Standing,
  { network }: Case,
  recovered: Ended,
  references: References,
): Promise<readonly string[]> {
  if (recovered.exitCode !== 0) return [`the recovery ended with ${recovered.exitCode}\n${shown(recovered)}`];
  const words = TRACE.test(recovered.stdout + recovered.stderr) ? [`a stack trace\n${shown(recovered)}`] : [];
  if (standing.variant === undefined) return [...words, ...(await leftovers(lane, undefined))];
  const reference = await references.of(network, standing.variant);
  const canonical = await canonicalOf(lane);
  const differs = canonical === reference.canonical ? [] : [firstDifference(reference.canonical, canonical)];
  return [...words, ...differs, ...(await leftovers(lane, reference))];
}

function firstDifference(expected: string, observed: string): string {
  const [before, now] = [expected.split('\n'), observed.split('\n')];
  const line = now.findIndex((text, i) => text !== before[i]);
  const around = (lines: readonly string[]) => lines.slice(Math.max(0, line - 3), line + 4).join('\n');
  return `the canonical results differ at line ${line + 1}: expected\n${around(before)}\nobserved\n${around(now)}`;
}
