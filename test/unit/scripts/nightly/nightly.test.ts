// `npm run nightly`, on a backend that is a stand-in, with an engine that is one too: what is run, written, told and left.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Night } from '../../../../scripts/nightly/night.ts';
import { CliSandbox } from '../../../support/cli-sandbox.ts';
import { BAD_LAB, record, results } from '../../../support/recorded-lab.ts';

let cli: CliSandbox;
let file: string;
let env: Readonly<Record<string, string>>;
beforeEach(() => {
  cli = new CliSandbox();
  file = cli.labFile(BAD_LAB);
  env = { ...cli.standIn, INIT_CWD: cli.directory };
});
afterEach(() => cli.close());

const nightly = (...args: readonly string[]) =>
  cli.run(
    ['--labs', file, '--backend', 'stand-in', '--out', 'out', '--repeats', '2', ...args],
    env,
    'nightly.ts',
  );
const summary = (): Night & { readonly exitCode: number } =>
  JSON.parse(readFileSync(cli.path('out', 'summary.json'), 'utf8'));

test('a lab that cannot be stood up is an error of its run, not tried twice, and the next run begins all the same', async () => {
  cli.engine('exit-code-up', '1');
  cli.engine('stderr', 'error: no space left');
  const { exitCode, stdout } = await nightly('--ledger', 'nights.jsonl');
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/^ {2}not run {2}bad {2}stand-in {7}1 {5}0\/0/m);
  expect(stdout).toContain('bad on stand-in, repeat 2: lab bad could not be stood up on stand-in:');
  // The stand-in engine keeps a stack that it has destroyed, so the second run begins with taking it down.
  const [up, destroy] = ['up nightly-bad-stand-in', 'destroy nightly-bad-stand-in'];
  expect(cli.operations()).toEqual([up, destroy, destroy, up, destroy]);
  expect(cli.standing()).toEqual([]);
  const { runs, exitCode: kept } = summary();
  expect(kept).toBe(3);
  expect(runs.map(({ state, repeat, artifacts }) => [state, repeat, artifacts])).toEqual([
    ['failed', 1, ['bad/stand-in/1/engine.log', 'bad/stand-in/1/log.txt']],
    ['failed', 2, ['bad/stand-in/2/engine.log', 'bad/stand-in/2/log.txt']],
  ]);
  expect(readFileSync(cli.path('out', 'junit.xml'), 'utf8')).toMatch(
    /<testcase name="the lab can be run" .*\n\s*<error message="lab bad could not be stood up on stand-in: .*no space left/,
  );
  const lines = readFileSync(cli.path('nights.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).verdict)).toEqual(['environment', 'environment']);
});

test('a cluster that dies between the rounds is an error; what up came to is judged and kept', async () => {
  cli.upLeaves(
    {
      ...record,
      stack: 'nightly-bad-stand-in',
      labFile: file,
      backend: 'stand-in',
      handle: { ...record.handle, backend: 'stand-in' },
    },
    results,
  );
  const { exitCode, stdout } = await nightly('--repeats', '1');
  expect(stdout).toContain('the lab under stack "nightly-bad-stand-in" is dead');
  expect(stdout).toMatch(/in up: fail\n +received: expected 0, observed 1/);
  // A check that failed is told above all.
  expect(exitCode).toBe(1);
  const [run] = summary().runs;
  expect(run).toMatchObject({ state: 'failed', checks: [{ rounds: { up: {} } }, { verdict: 'fail' }] });
  expect(run?.artifacts).toContain('bad/stand-in/1/up/results.json');
  // Nothing was asked again: what is stored is of the first round.
  expect(run?.artifacts.filter((artifact) => artifact.includes('/verify/'))).toEqual([]);
  expect(cli.standing()).toEqual([]);
});

test('Ctrl-C ends the night: what stood goes, what there is is written', async () => {
  cli.engine('hang', 'until told');
  const { child, output } = cli.start(
    ['--labs', file, '--backend', 'stand-in', '--out', 'out', '--ledger', 'l.jsonl'],
    env,
    'nightly.ts',
  );
  while (cli.operations().length === 0) await delay(20);
  child.kill('SIGINT');
  while (cli.engineSignals().length === 0) await delay(20);
  rmSync(cli.path('engine', 'hang'));
  expect((await child).exitCode).toBe(130);
  expect(output.stdout).toContain('0 of 3 runs pass, 1 stopped, the night was stopped');
  expect(cli.operations()).toEqual(['up nightly-bad-stand-in', 'destroy nightly-bad-stand-in']);
  expect(cli.standing()).toEqual([]);
  expect(summary()).toMatchObject({
    interrupted: true,
    planned: 3,
    exitCode: 130,
    runs: [{ state: 'stopped' }],
  });
  expect(readFileSync(cli.path('out', 'junit.xml'), 'utf8')).toContain(
    '<skipped message="the night was stopped"/>',
  );
  expect(readFileSync(cli.path('l.jsonl'), 'utf8')).toBe('');
});

test.each<[string, () => readonly string[], RegExp]>([
  [
    'a directory that is full',
    () => ['--out', 'full'],
    /^cnilab: --out full: there is something in it already$/,
  ],
  [
    'a lab twice',
    () => ['--labs', `${file},${cli.path('lab', 'twin.yaml')}`],
    /^cnilab: two labs are called bad: /,
  ],
  ['no such lab', () => ['--labs', 'kindnett'], /^cnilab: there is no lab "kindnett"$/],
  ['no such backend', () => ['--backend', 'kund'], /^cnilab: there is no backend "kund"$/],
  [
    'no number',
    () => ['--repeats', 'many'],
    /^npm run nightly: --repeats takes a number from 1 to 100, not "many"$/,
  ],
])('%s is told before anything is made', async (_, args, message) => {
  mkdirSync(cli.path('full'));
  writeFileSync(cli.path('full', 'file'), '');
  writeFileSync(cli.path('lab', 'twin.yaml'), BAD_LAB);
  const { exitCode, stderr } = await nightly(...args());
  expect([exitCode, stderr.split('\n')[0]]).toEqual([2, expect.stringMatching(message)]);
  expect([cli.operations(), existsSync(cli.path('out'))]).toEqual([[], false]);
});

test('a stack of that name that holds another lab is left alone', async () => {
  cli.addStack({ ...record, stack: 'nightly-bad-stand-in', labFile: '/another/lab.yaml' });
  const { exitCode, stderr } = await nightly();
  expect(stderr).toMatch(/^cnilab: stack "nightly-bad-stand-in" holds another lab of that name/);
  expect([exitCode, cli.operations(), cli.standing()]).toEqual([2, [], ['nightly-bad-stand-in']]);
});

test('a backend that was asked for and cannot be used is 3, and is told with what to do', async () => {
  writeFileSync(cli.path('behaviour.json'), '{"unusable":true}');
  const { exitCode, stdout } = await nightly();
  expect(stdout).toContain('stand-in: no namespaces here\n    → run it elsewhere');
  expect([exitCode, cli.operations()]).toEqual([3, []]);
});
