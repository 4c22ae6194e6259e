// Whatever is done to a lab file, the answer is a lab or a LabError with places: never a crash, never a stack trace.
// `npm run fuzz -- lab-files` tries the same a hundred thousand times (docs/trust/fuzzing.md).
import { describe, expect, it, test } from 'vitest';
import { parseLabSource } from '../../../infra/lab/parse.ts';
import { LabError } from '../../../infra/lab/problem.ts';
import { resolveLab } from '../../../infra/lab/resolve.ts';
import { holdLab } from '../../../scripts/fuzz/lab-files/hold-lab.ts';
import { realLabs } from '../../../scripts/fuzz/lab-files/real-labs.ts';
import { labFiles } from '../../../scripts/fuzz/lab-files/target.ts';
import { runTarget } from '../../../scripts/fuzz/run-target.ts';
import { GOOD_LAB } from './lab-text.ts';

/** Other files: CNILAB_SEED=n. */
const SEED = Number(process.env.CNILAB_SEED ?? 7);
const conflist = '{ "cniVersion": "1.0.0", "name": "a", "plugins": [{ "type": "ptp" }] }';
const labs = [...realLabs(), { yaml: GOOD_LAB, configs: { '10-a.conflist': conflist } }];

it(`a lab file spoilt at random is a lab, or has messages (seed ${SEED})`, {
  timeout: 10 * 60_000,
}, async () => {
  const { failures, classes } = await runTarget(labFiles(labs), { runs: 300, seed: SEED });
  expect(failures).toEqual([]);
  // Files that are all refused at once, or all read, would show nothing.
  expect(classes.get('a lab') ?? 0).toBeGreaterThan(25);
  expect(classes.get('messages') ?? 0).toBeGreaterThan(25);
});

test('the labs that are spoilt are right', () => {
  expect(labs.map(holdLab)).toEqual(labs.map(() => 'a lab'));
});

describe('what was found so: one message, and not much work', () => {
  const said = (yaml: string): string => {
    try {
      const { raw, source } = parseLabSource(yaml, 'lab.yaml');
      resolveLab(raw, source, {});
    } catch (error) {
      if (error instanceof LabError) return error.message;
      throw error;
    }
    return 'a lab';
  };
  const head =
    'name: x\ncluster: { nodes: [{ name: n1 }] }\nnetwork: { type: kindnet, podCIDR: 10.244.0.0/16 }\n';

  test.each([
    [
      'millions of pods in a few lines',
      `${head}workloads:\n${Array.from({ length: 2000 }, (_, i) => `- { name: w${i}, replicas: 1000 }`).join('\n')}`,
      /^lab\.yaml:\d+:\d+: the lab asks for 2000000 pods; at most 5000 are made/,
    ],
    [
      'thousands of brackets',
      `${head}description: ${'${a.b}'.repeat(5000)}`,
      /the file opens 5\d+ brackets; at most 4000/,
    ],
    [
      'thousands of quotes',
      `${head}description:\n  ${'"'.repeat(20_000)}`,
      /^lab\.yaml:5:3: more than 60 quotes in a row/,
    ],
    ['thousands of lines', 'a: b\n'.repeat(6000), /more than 5000 lines/],
  ])('%s', (_, yaml, words) => {
    expect(said(yaml)).toMatch(words);
  });

  test('a key of thousands of characters is shown by both its ends', () => {
    expect(said(`${head}${'k'.repeat(20_000)}: 1`).length).toBeLessThan(2000);
  });

  test('what a terminal would obey is shown, not sent', () => {
    const message = said(`${head}"\\e[2Jx": 1\n`);
    expect(message).toContain('unknown key "\\u001b[2Jx"');
    expect(message).not.toContain('\u001b');
    expect(said(`${head}"\\N": 1\n`)).toContain('unknown key "\\u0085"');
  });
});
