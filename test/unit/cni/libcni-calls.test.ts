// What libcni was recorded to tell plugins (npm run conformance -- --write), and what the runtime tells them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { LibcniCalls } from '../../../scripts/conformance/report.ts';
import { findCnitool } from '../../../scripts/setup/conformance-tools.ts';
import { CASES, PROTOCOL } from '../../conformance/cases.ts';
import { compareSides } from '../../conformance/compare.ts';
import { type ConformanceCase, VERSIONS } from '../../conformance/conformance-case.ts';
import { ownDriver } from '../../conformance/driver.ts';
import { type Observed, observeSide } from '../../conformance/observe-side.ts';
import { STAND_INS, systemPlugins } from '../../conformance/plugin-sets.ts';
import { pairsOf, runPairs } from '../../conformance/run-cases.ts';

const recorded: LibcniCalls = JSON.parse(
  readFileSync(new URL('../../conformance/recorded/libcni-calls.json', import.meta.url), 'utf8'),
);
const state: Observed['state'] = { node: {}, pod: undefined, files: {} };

test.each(VERSIONS)('the runtime tells plugins what libcni tells them, cniVersion %s', async (version) => {
  const plugins = [`${STAND_INS}/stand-in-versions`];
  const own = await observeSide(ownDriver, PROTOCOL, version, plugins, { state: false });
  const theirs = (recorded[version] ?? []).map((step) => ({ ...step, state }));
  const compared = compareSides(PROTOCOL, theirs, own);
  expect(compared.map(({ step }) => step)).toHaveLength(9);
  expect(compared.flatMap(({ step, unexplained }) => unexplained.map((one) => ({ step, ...one })))).toEqual(
    [],
  );

  // Whatever else a plugin were told would be seen.
  const [add] = own.flatMap(({ step, calls }) => (step === 'add' ? calls : []));
  const changed = JSON.parse(
    JSON.stringify(own)
      .replaceAll(`"K8S_POD_NAME=pod-1`, '"K8S_POD_NAME=pod-2')
      .replaceAll('as it is', 'changed'),
  );
  expect(add?.plugin).toBe('stand-in-versions');
  const seen = compareSides(PROTOCOL, theirs, changed).flatMap(({ unexplained }) => unexplained);
  expect(seen.length).toBeGreaterThan(0);
});

const cnitool = findCnitool();
const system = await systemPlugins();
/** A network with a lease and rules of iptables, and a refusal that has to be undone. */
const SHORT = { kindnet: ['add', 'check', 'del'], refused: ['add', 'del'] } as const;

// Without cnitool there is nothing to compare with here: `npm run conformance` builds it.
test.skipIf(!cnitool || !system)('beside cnitool, as long as npm run conformance has built it', async () => {
  const cases = CASES.flatMap((one): ConformanceCase[] => {
    const steps = SHORT[one.name as keyof typeof SHORT];
    return steps ? [{ ...one, steps, versions: ['1.0.0'] }] : [];
  });
  const results = await runPairs(pairsOf(cases, ['1.0.0'], system ? [system] : []), cnitool ?? '', 2);
  expect(results.flatMap(({ steps }) => steps.flatMap(({ unexplained }) => unexplained))).toEqual([]);
  // Old portmaps find fault at CHECK where IPv6 is not asked for.
  const ends = results.map(({ steps }) => [steps[0]?.failure, steps.at(-1)?.failure]);
  expect(ends).toEqual([
    [undefined, undefined],
    [expect.stringContaining('no_such_thing'), undefined],
  ]);
});
