// What a campaign of predictions came to, in numbers and words. Pure.
import type { Trial, TriedLab } from './try-lab.ts';

/**
 * `agrees`: every packet was seen where it was foretold, with the headers that were foretold, nowhere else, and was answered or
 * not as foretold. `not foretold`: the model says that it does not know. `not seen whole`: a tap may have missed something.
 */
export type Verdict = 'agrees' | 'disagrees' | 'not foretold' | 'not seen whole';

export function verdictOf({ seen }: Pick<Trial, 'seen'>): Verdict {
  if (seen.deaf.length > 0) return 'not seen whole';
  if (seen.differences.length > 0) return 'disagrees';
  if (seen.outcome === 'unknown') return 'not foretold';
  return seen.answered === (seen.outcome === 'delivered') ? 'agrees' : 'disagrees';
}

export interface Tally {
  readonly labs: number;
  readonly flows: number;
  readonly agrees: number;
  readonly disagrees: number;
  readonly notForetold: number;
  readonly notSeenWhole: number;
  /** Of those that agree. */
  readonly answered: number;
  readonly hops: number;
  /** By kind of network, and by number of nodes. */
  readonly networks: ReadonlyMap<string, number>;
  readonly nodes: ReadonlyMap<string, number>;
  /** Kinds of changes that were made. */
  readonly changes: ReadonlyMap<string, number>;
}

export function tally(labs: readonly TriedLab[]): Tally {
  const trials = labs.flatMap((lab) => lab.trials);
  const of = (verdict: Verdict) => trials.filter((trial) => verdictOf(trial) === verdict);
  const agree = of('agrees');
  return {
    labs: labs.length,
    flows: trials.length,
    agrees: agree.length,
    disagrees: of('disagrees').length,
    notForetold: of('not foretold').length,
    notSeenWhole: of('not seen whole').length,
    answered: agree.filter(({ seen }) => seen.answered).length,
    hops: trials.reduce((sum, { seen }) => sum + seen.hops, 0),
    networks: count(labs.map(({ network }) => network)),
    nodes: count(labs.map(({ nodes }) => `${nodes}`)),
    changes: count(labs.flatMap((lab) => lab.trials.at(-1)?.changes ?? [])),
  };
}

export function tallyText(t: Tally): string {
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([name, n]) => `${name} ${n}`).join(', ');
  return [
    `${t.labs} labs, ${t.flows} flows, ${t.hops} hops compared`,
    `  as foretold      ${t.agrees} (${t.answered} answered, ${t.agrees - t.answered} not)`,
    `  otherwise        ${t.disagrees}`,
    `  not foretold     ${t.notForetold}`,
    `  not seen whole   ${t.notSeenWhole}`,
    `networks: ${list(t.networks)}`,
    `nodes: ${list(t.nodes)}`,
    `changes: ${list(t.changes)}`,
  ].join('\n');
}

export function describeTrial({ flow, seen, after }: Trial): string {
  return [
    `${JSON.stringify(flow)} is foretold to be ${seen.end}, and ${seen.answered ? 'is' : 'is not'} answered`,
    ...seen.differences.map((words) => `  ${words}`),
    ...after.map((words) => `  after ${words}`),
  ].join('\n');
}

function count(names: readonly string[]): ReadonlyMap<string, number> {
  const groups = Map.groupBy(names, (name) => name);
  return new Map(
    [...groups].map(([name, list]) => [name, list.length] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
