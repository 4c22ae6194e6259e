// `parity`, on a backend that is a stand-in, with an engine that is one too: what is run, what is told, what is left.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Verdict } from '../../../infra/experiments/result.ts';
import { CliSandbox } from '../../support/cli-sandbox.ts';
import { BAD_LAB, record, recorded, results } from '../../support/recorded-lab.ts';

let cli: CliSandbox;
let file: string;
beforeEach(() => {
  cli = new CliSandbox();
  file = cli.labFile(BAD_LAB);
});
afterEach(() => cli.close());

/** What the lab comes to on a backend, when it is stood up there. */
function comesTo(backend: 'netns' | 'stand-in', verdict: Verdict): void {
  const handle = { ...record.handle, backend: 'stand-in', id: `c-${backend}` };
  const stack = `parity-bad-${backend}`;
  const experiments = results.experiments.map((one) => ({
    ...one,
    verdict,
    checks: one.checks.map((check) => ({
      ...check,
      verdict,
      ...(verdict === 'pass' && { differences: [] }),
    })),
  }));
  cli.upLeaves({ ...record, stack, labFile: file, backend: 'stand-in', handle }, { ...results, experiments });
}
/** Not on those that this machine happens to have beside them. */
const BOTH = ['--backend', 'netns,stand-in'] as const;
const parity = (...args: readonly string[]) =>
  cli.run(['parity', file, ...(args.includes('--backend') ? [] : BOTH), ...args], cli.standIn);
const explain = (content: string) => writeFileSync(cli.path('lab', 'parity.yaml'), content);

test('one backend after the other, each under its own stack and taken down; what passes on both agrees', async () => {
  comesTo('netns', 'pass');
  comesTo('stand-in', 'pass');
  const { exitCode, stdout, stderr } = await parity();
  expect(stdout).toBe(
    [
      'Lab bad',
      '  EXPERIMENT  CHECK        NETNS  STAND-IN',
      '  wrong       all 1 check  pass   pass',
      '',
      'Lab bad: 1 of 1 check passes on netns, stand-in',
      '',
    ].join('\n'),
  );
  expect(cli.operations()).toEqual([
    'up parity-bad-netns',
    'destroy parity-bad-netns',
    'up parity-bad-stand-in',
    'destroy parity-bad-stand-in',
  ]);
  expect(
    cli
      .engineCalls()
      .find((call) => call.endsWith('parity-bad-stand-in --json --non-interactive --color never')),
  ).toContain('--config cnilab:backend=stand-in');
  expect(stderr).toContain('Stack parity-bad-stand-in is down');
  expect([exitCode, cli.standing()]).toEqual([0, []]);
});

test('experiments that fail on one backend are a difference: exit code 1, and it is down all the same', async () => {
  comesTo('netns', 'pass');
  comesTo('stand-in', 'fail');
  cli.engine('events', recorded('up-experiment-fails.jsonl'));
  cli.engine('exit-code-up', '1');
  const { exitCode, stdout } = await parity();
  expect(stdout).toMatch(/^ {2}wrong {7}nothing is received {2}pass {3}FAIL$/m);
  expect(stdout).toContain('stand-in: fail, not explained\n      - received: expected 0, observed 1');
  expect([exitCode, cli.standing()]).toEqual([1, []]);
});

test('explained, it is 0; explained in vain, it is 1', async () => {
  comesTo('netns', 'pass');
  comesTo('stand-in', 'fail');
  const why = (backend: string) =>
    `- { experiment: wrong, check: nothing is received, backend: ${backend}, expect: fail, why: it is a stand-in }\n`;
  explain(why('stand-in'));
  const explained = await parity();
  expect(explained.stdout).toContain('stand-in: fail, explained: it is a stand-in');
  explain(why('stand-in') + why('netns'));
  const stale = await parity();
  expect(stale.stdout).toContain(
    'wrong, nothing is received, netns: the check passes: take the explanation out',
  );
  expect([explained.exitCode, stale.exitCode]).toEqual([0, 1]);
});

test('a wrong parity.yaml, backend or setting stops before anything starts', async () => {
  explain('- { experiment: wrogn, backend: netns, expect: fail, why: x }\n');
  const wrong = await parity();
  expect(wrong.stderr).toMatch(
    /lab\/parity\.yaml:1:17: there is no experiment "wrogn" in this lab\n[\s\S]*did you mean "wrong"\?/,
  );
  explain('[]\n');
  const backend = await parity('--backend', 'netns,standin');
  expect(backend.stderr).toBe('cnilab: there is no backend "standin"\n  → did you mean "stand-in"?\n');
  const setting = await parity('--set', 'stand-in.anwser=x');
  expect(setting.stderr).toBe(
    'cnilab: --set stand-in.anwser: backend stand-in has no setting "anwser"\n  → did you mean "answer"?\n',
  );
  const form = await parity('--set', 'answer=x');
  expect(form.stderr).toContain('--set answer=x: this is not of the form <backend>.<key>=<value>');
  const variable = await cli.run(['parity', file], { ...cli.standIn, CNILAB_STAND_IN_ANWSER: 'x' });
  expect(variable.stderr).toContain(
    'cnilab: CNILAB_STAND_IN_ANWSER: backend stand-in has no setting "anwser"',
  );
  expect([wrong, backend, setting, form, variable].map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2, 2]);
  expect(cli.engineCalls()).toEqual([]);
});

test('a backend that cannot be used here is told with what to do, and does not count unless it is asked for', async () => {
  comesTo('netns', 'pass');
  writeFileSync(cli.path('behaviour.json'), '{"unusable":true}');
  // Nor any of the others, whatever this machine has.
  const none = {
    PATH: [cli.path('bin'), path.dirname(process.execPath), '/usr/bin', '/bin'].join(path.delimiter),
  };
  const nowhere = { ...none, DOCKER_HOST: 'unix:///none', KUBECONFIG: '/none' };
  const all = await cli.run(['parity', file], { ...cli.standIn, ...nowhere });
  expect(all.stdout).toContain('  stand-in: no namespaces here\n    → run it elsewhere\n');
  const asked = await parity('--backend', 'netns,stand-in');
  const only = await parity('--backend', 'stand-in');
  expect(only.stdout).toContain('Lab bad: no backend could run it here');
  expect([all.exitCode, asked.exitCode, only.exitCode]).toEqual([0, 3, 3]);
  expect(cli.operations().filter((one) => one.includes('stand-in'))).toEqual([]);
});

test('settings go to the probe, into the config of the stack, and into the report', async () => {
  comesTo('stand-in', 'pass');
  const args = ['--backend', 'stand-in', '--set', 'stand-in.answer=a=b', '--set', 'stand-in.hostSize=3'];
  const { stdout } = await parity(...args);
  expect(cli.engineCalls().find((call) => call.startsWith('up '))).toContain(
    '--config-path --config cnilab:lab=',
  );
  expect(cli.engineCalls().find((call) => call.startsWith('up '))).toContain(
    '--config cnilab:stand-in.answer=a=b --config cnilab:stand-in.hostSize=3',
  );
  expect(stdout).toContain('Settings\n  stand-in: answer=a=b hostSize=3\n');
  expect((await parity('--backend', 'stand-in', '--set', 'stand-in.answer=none')).exitCode).toBe(3);
});

test('a backend that fails otherwise does not keep the others from running; exit code 3', async () => {
  comesTo('netns', 'pass');
  cli.engine('exit-code-up', '0');
  // The engine has made nothing: there is no record.
  const { exitCode, stdout } = await parity();
  expect(stdout).toContain(
    'Not run\n  stand-in: stack "parity-bad-stand-in" was taken down while its experiments ran',
  );
  expect(stdout).toContain('1 of 1 check passes on netns');
  expect([exitCode, cli.standing()]).toEqual([3, []]);
});

test('--json and --markdown have standard output for themselves', async () => {
  comesTo('netns', 'pass');
  comesTo('stand-in', 'inconclusive');
  const json = await parity('--json');
  expect(JSON.parse(json.stdout)).toMatchObject({
    lab: 'bad',
    verdict: 'fail',
    columns: ['netns', 'stand-in'],
    backends: [
      { name: 'netns', state: 'ran' },
      { name: 'stand-in', state: 'ran' },
    ],
    rows: [
      {
        experiment: 'wrong',
        check: 'nothing is received',
        state: 'difference',
        cells: { netns: { outcome: 'pass' }, 'stand-in': { outcome: 'inconclusive', state: 'red' } },
      },
    ],
    stale: [],
  });
  const { stdout } = await parity('--markdown');
  expect(stdout).toMatch(
    /^Lab `bad`: 0 of 1 check pass on netns, stand-in · 1 not explained\n\n\| experiment \|/,
  );
});

test('--keep leaves them up, and the next run begins anew', async () => {
  comesTo('stand-in', 'pass');
  const kept = await parity('--backend', 'stand-in', '--keep');
  expect(kept.stderr).toContain('npm run down -- --stack parity-bad-stand-in');
  expect(cli.standing()).toEqual(['parity-bad-stand-in']);
  await parity('--backend', 'stand-in');
  expect(cli.operations()).toEqual([
    'up parity-bad-stand-in',
    'destroy parity-bad-stand-in',
    'up parity-bad-stand-in',
    'destroy parity-bad-stand-in',
  ]);
});

test('a stack of that name that holds another lab is left alone', async () => {
  cli.addStack({ ...record, stack: 'parity-bad-netns', labFile: '/another/lab.yaml' });
  const { exitCode, stderr } = await parity();
  expect(stderr).toMatch(
    /^cnilab: stack "parity-bad-netns" holds another lab of that name, made from \/another/,
  );
  expect([exitCode, cli.operations(), cli.standing()]).toEqual([2, [], ['parity-bad-netns']]);
});

test('Ctrl-C ends the run, and what stood goes', async () => {
  comesTo('netns', 'pass');
  comesTo('stand-in', 'pass');
  cli.engine('hang', 'until told');
  const { child, output } = cli.start(['parity', file], cli.standIn);
  while (cli.operations().length === 0) await delay(20);
  // The next operation is not to hang.
  child.kill('SIGINT');
  while (cli.engineSignals().length === 0) await delay(20);
  rmSync(cli.path('engine', 'hang'));
  expect((await child).exitCode).toBe(130);
  expect(output.stderr).toMatch(/cnilab: stopped before lab bad had run on every backend\n$/);
  expect(cli.operations()).toEqual(['up parity-bad-netns', 'destroy parity-bad-netns']);
  expect([cli.standing(), output.stdout]).toEqual([[], '']);
});

test('what cannot be taken down is told, after the table', async () => {
  comesTo('stand-in', 'pass');
  cli.engine('exit-code-up', '0');
  cli.engine('exit-code', '1');
  const { exitCode, stdout, stderr } = await parity('--backend', 'stand-in');
  expect(stdout).toContain('1 of 1 check passes on stand-in');
  expect(stderr).toMatch(/cnilab: not everything could be taken down:\n {2}parity-bad-stand-in: stack/);
  expect(stderr).toContain('→ npm run down -- --stack parity-bad-stand-in   tries again');
  expect(exitCode).toBe(3);
});
