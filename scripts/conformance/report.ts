// What a comparison prints, and what is kept of it.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { RUN, readRun, writeDocument } from '../../test/conformance/document.ts';
import { type Figures, mergeRuns, type Run } from '../../test/conformance/figures.ts';
import type { Observed } from '../../test/conformance/observe-side.ts';
import type { PairResult, Sides } from '../../test/conformance/run-cases.ts';

export const CALLS = new URL('../../test/conformance/recorded/libcni-calls.json', import.meta.url);

/** Of one pair: each difference that is not argued. */
export function unexplainedLines({ case: name, version, plugins, steps }: PairResult): string[] {
  return steps.flatMap(({ step, unexplained }) =>
    unexplained.map(
      ({ path, theirs, own }) =>
        `${name} ${version} ${plugins}, ${step}: ${path.join(' › ')}\n  libcni ${JSON.stringify(theirs)}\n  here   ${JSON.stringify(own)}`,
    ),
  );
}

export function summary({ total, bySet, sets, met }: Figures): string {
  const line = (name: string, c: Figures['total']) =>
    `${name}: ${c.pairs} pairs, ${c.same} the same, ${c.argued} with argued differences only, ${c.unexplained} with others; ${c.sameSteps} of ${c.steps} steps the same\n`;
  return [
    ...Object.entries(bySet).map(([id, counts]) => line(`plugins ${sets[id]}`, counts)),
    line('all', total),
    ...Object.entries(met).map(([id, count]) => `  ${id}: in ${count} steps\n`),
  ].join('');
}

/** As the documents say it: "2 cores, Debian 12". */
export function thisMachine(): Pick<Run, 'date' | 'machine' | 'kernel'> {
  const os = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux';
  const name = os.replace('GNU/Linux ', '').replace(/ \(.*\)$/, '');
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores, ${name}`,
    kernel: release().split('-')[0] ?? '',
  };
}

/** Keeps what was run, and writes the document anew. @returns why not */
export function record(now: Run): string | undefined {
  const run = mergeRuns(readRun(), now);
  if (!run)
    return 'what is recorded was run on another machine or with other programs: remove test/conformance/recorded/run.json, and run the whole';
  const pairs = run.pairs.map((pair) => JSON.stringify(pair)).join(',\n');
  writeFileSync(RUN, `${JSON.stringify({ ...run, pairs: [] }).replace(/\[\]\}$/, '')}[\n${pairs}\n]}\n`);
  writeDocument();
  return undefined;
}

/** What libcni told plugins that answer always the same: for a test that has no cnitool. */
export type LibcniCalls = Readonly<Record<string, readonly Pick<Observed, 'step' | 'outcome' | 'calls'>[]>>;

/** Nothing, when none of those were run. */
export function recordCalls(sides: ReadonlyMap<string, Sides>): void {
  if (sides.size === 0) return;
  const calls: Record<string, LibcniCalls[string]> = {};
  for (const [version, { theirs }] of sides)
    calls[version] = theirs.map(({ step, outcome, calls }) => ({ step, outcome, calls }));
  writeFileSync(CALLS, `${JSON.stringify(calls, null, 1)}\n`);
}
