// Verbs that only read: what they print, and how they end, with states recorded from a real run.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ExperimentResult, LabResults } from '../../../infra/experiments/result.ts';
import type { StackRecord } from '../../../infra/state/stack-store.ts';
import { CliSandbox } from '../../support/cli-sandbox.ts';

const fixture = (name: string) =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'fixtures', name), 'utf8'));
const record = fixture('record.json') as StackRecord;
const results = fixture('results.json') as LabResults;

let cli: CliSandbox;
beforeEach(() => {
  cli = new CliSandbox();
});
afterEach(() => cli.close());

const LAB = `name: mine
cluster: { nodes: [{ name: a }] }
network: { type: kindnet, podCIDR: 10.9.0.0/16 }
workloads: [{ name: p, replicas: 2 }]
`;

function labFile(text: string): string {
  mkdirSync(cli.path('lab'), { recursive: true });
  writeFileSync(cli.path('lab', 'lab.yaml'), text);
  return cli.path('lab', 'lab.yaml');
}

test('validate says what a right file has, and names the lab by file, directory or name', async () => {
  const file = labFile(LAB);
  for (const name of [file, cli.path('lab')]) {
    const { exitCode, stdout } = await cli.run(['validate', name]);
    expect(stdout).toMatch(/lab\.yaml: ok \(lab mine, 1 node, 2 pods, kindnet, 0 experiments\)\n$/);
    expect(exitCode).toBe(0);
  }
});

test('validate points at the place in a wrong file', async () => {
  const file = labFile(LAB.replace('replicas', 'replica'));
  const { exitCode, stdout, stderr } = await cli.run(['validate', file]);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/lab\.yaml:4:\d+: unknown key "replica"/);
  expect(stderr).toContain('did you mean "replicas"?');
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(exitCode).toBe(2);
});

test('validate --json is for programs, right or wrong', async () => {
  const right = await cli.run(['validate', labFile(LAB), '--json']);
  expect(JSON.parse(right.stdout)).toEqual({ file: cli.path('lab', 'lab.yaml'), ok: true, problems: [] });
  const wrong = await cli.run(['validate', labFile(LAB.replace('kindnet', 'kindnett')), '--json']);
  expect(JSON.parse(wrong.stdout)).toMatchObject({
    ok: false,
    problems: [{ line: 3, path: 'network.type' }],
  });
  expect([right.exitCode, wrong.exitCode]).toEqual([0, 2]);
});

test('a lab that is not there: the nearest name', async () => {
  const { exitCode, stderr } = await cli.run(['validate', 'kindnt']);
  expect(stderr).toBe(
    'cnilab: there is no lab "kindnt"\n  → did you mean "kindnet"?\n  → a lab of your own is named by its file, such as ./my-lab/lab.yaml\n',
  );
  expect(exitCode).toBe(2);
});

test('list shows what is up (here: dead since a reboot) and which labs there are', async () => {
  cli.addStack(record);
  const { exitCode, stdout } = await cli.run(['list']);
  expect(stdout).toMatch(
    /^STACK +LAB +BACKEND +STATE +NODES +PODS +VERDICT +FOR\nbad +bad +netns +dead +1 +2 +- +\d/,
  );
  expect(stdout).toMatch(/^kindnet +2 /m);
  expect(exitCode).toBe(0);
  const json = JSON.parse((await cli.run(['list', '--json'])).stdout) as Record<string, unknown[]>;
  expect(json.stacks).toMatchObject([
    { stack: 'bad', alive: false, nodes: 1, pods: 2, since: record.createdAt },
  ]);
  expect(json.labs).toContainEqual(expect.objectContaining({ name: 'kindnet', valid: true }));
});

test('list shows the verdict of what is in the results', async () => {
  cli.addStack(record, results);
  expect((await cli.run(['list'])).stdout).toMatch(/^bad +bad +netns +dead +1 +2 +FAIL +\d/m);
  expect(JSON.parse((await cli.run(['list', '--json'])).stdout).stacks).toMatchObject([{ verdict: 'fail' }]);
});

test('list without any lab up says how to begin', async () => {
  expect((await cli.run(['list'])).stdout).toMatch(
    /^No lab is up\. Stand one up with: npm run up -- <lab>\n/,
  );
});

test('results --json prints the published form and nothing else', async () => {
  cli.addStack(record, results);
  const { exitCode, stdout } = await cli.run(['results', 'bad', '--json']);
  expect(JSON.parse(stdout)).toEqual({
    lab: 'bad',
    backend: 'netns',
    verdict: 'fail',
    experiments: [
      {
        name: 'wrong',
        kind: 'ping',
        verdict: 'fail',
        checks: [{ name: 'nothing is received', verdict: 'fail', expected: 0, observed: 1 }],
        observed: results.experiments[0]?.observed,
      },
    ],
  });
  expect(exitCode).toBe(0);
});

test('results --json --canonical has no time in it', async () => {
  cli.addStack(record, results);
  const { stdout } = await cli.run(['results', '--json', '--canonical']);
  expect(JSON.parse(stdout).experiments[0].observed).toEqual(results.experiments[0]?.canonical);
  expect(stdout).not.toContain('0.115');
});

test('results for people say what was expected and what was there', async () => {
  cli.addStack(record, results);
  const { stdout } = await cli.run(['results']);
  expect(stdout).toContain('Lab bad, stack bad, netns backend: FAIL');
  expect(stdout).toContain('nothing is received');
  expect(stdout).toContain('received: expected 0, observed 1');
});

test('which stack is meant: the only one, that of CNILAB_STACK, or the question', async () => {
  const none = await cli.run(['results']);
  expect(none.stderr).toBe('cnilab: no lab is up\n  → npm run up stands one up\n');
  cli.addStack(record, results);
  cli.addStack({ ...record, stack: 'table-3' }, results);
  const two = await cli.run(['results']);
  expect(two.stderr).toContain('2 labs are up; say which one is meant');
  expect(two.stderr).toContain('--stack table-3   (lab bad)');
  const chosen = await cli.run(['results'], { CNILAB_STACK: 'table-3' });
  expect(chosen.stdout).toContain('stack table-3');
  const misspelt = await cli.run(['results', 'table-4']);
  expect(misspelt.stderr).toBe(
    'cnilab: no stack with a lab and no experiment is called "table-4"\n  → did you mean "table-3"?\n',
  );
  expect([none, two, chosen, misspelt].map(({ exitCode }) => exitCode)).toEqual([2, 2, 0, 2]);
});

test('exec, verify and trace on a dead lab say that it is dead, and both ways on', async () => {
  cli.addStack(record, results);
  for (const args of [['exec', 'a', '--', 'ip', 'route'], ['verify'], ['trace', 'p-1', 'p-2']]) {
    const { exitCode, stderr } = await cli.run(args);
    expect(stderr).toMatch(/^cnilab: the lab under stack "bad" is dead/);
    expect(stderr).toContain('npm run down -- --stack bad');
    expect(exitCode).toBe(3);
  }
});

test('exec on what is not there names what is', async () => {
  cli.addStack(record, results);
  const pod = await cli.run(['exec', 'p-3', '--stack', 'bad', '--', 'ls', '-l']);
  expect(pod.stderr).toBe('cnilab: there is no node or pod "p-3"\n  → did you mean "p-1"?\n');
  const container = await cli.run(['exec', 'p-1/sidecar']);
  expect(container.stderr).toBe(
    'cnilab: pod p-1 has no container "sidecar"\n  → containers there are: main\n',
  );
  expect([pod.exitCode, container.exitCode]).toEqual([2, 2]);
});

const TRACE_USAGE = `  → usage: npm run -s lab -- trace [options] <from> <to>
  → for example: npm run -s lab -- trace pod-to-pod-1 pod-to-pod-2
  → npm run -s lab -- trace --help   shows more
`;

test.each([
  [['p-3', 'p-2'], 'cnilab: there is no node or pod "p-3"\n  → did you mean "p-1"?\n'],
  [
    ['p-1', '10.9.0'],
    'cnilab: there is no node or pod "10.9.0"\n  → nodes and pods there are: a, p-1, p-2\n',
  ],
  [
    ['p-1', 'p-2', '--port', '80'],
    'cnilab: ICMP has no ports\n  → leave --port out, or add --proto udp or --proto tcp\n',
  ],
  [
    ['p-1', 'p-2', '--size', '-1'],
    `cnilab: trace: option '--size <bytes>' argument '-1' is invalid. It must be a whole number from 0 to 65507\n${TRACE_USAGE}`,
  ],
  [['p-1', 'p-2', '--ipv6', '--send'], 'cnilab: p-2 has no IPv6 address\n  → leave --ipv6 out\n'],
  [
    ['p-1', 'p-2', '--proto', 'udp', '--send'],
    'cnilab: only ICMP echoes are sent\n  → leave --proto out, or --send\n',
  ],
  [
    ['p-1', 'p-2', '--json', '--mermaid'],
    `cnilab: trace: option '--mermaid' cannot be used with option '--json'\n${TRACE_USAGE}`,
  ],
])('trace %j is told what is wrong, and nothing is observed', async (args, message) => {
  cli.addStack(record, results);
  const { exitCode, stdout, stderr } = await cli.run(['trace', ...args]);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: message });
});

test('verify knows the experiments of the lab', async () => {
  cli.addStack(record, results);
  const { exitCode, stderr } = await cli.run(['verify', 'worng']);
  expect(stderr).toBe('cnilab: lab bad has no experiment "worng"\n  → did you mean "wrong"?\n');
  expect(exitCode).toBe(2);
});

test('a record that cannot be read is told, with its path', async () => {
  cli.addStack({ ...record, stack: 'other' } as StackRecord);
  writeFileSync(cli.path('state', 'stacks', 'other', 'record.json'), '{');
  const { exitCode, stderr } = await cli.run(['results', 'other']);
  expect(stderr).toContain('record.json is not a stack record');
  expect(exitCode).toBe(3);
});

test('help has every verb, examples and the exit codes; wrong usage ends with 2', async () => {
  const help = await cli.run(['--help']);
  for (const verb of [
    'up',
    'down',
    'list',
    'validate',
    'results',
    'exec',
    'verify',
    'graph',
    'trace',
    'env',
  ]) {
    expect(help.stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
  }
  expect(help.stdout).toContain('Exit codes: 0 pass');
  expect((await cli.run(['up', '--help'])).stdout).toContain('npm run up -- flannel');
  const verb = await cli.run(['upp']);
  expect(verb.stderr).toContain('did you mean "up"?');
  const isolation = await cli.run(['up', '--isolation', 'full']);
  expect(isolation.stderr).toContain('Allowed choices are auto, rootless, root');
  const backend = await cli.run(['up', '--backend', 'vmware']);
  expect(backend.stderr).toMatch(/Allowed choices are .*netns/);
  expect([help, verb, isolation, backend].map(({ exitCode }) => exitCode)).toEqual([0, 2, 2, 2]);
});

test('a reader that has seen enough is no error', async () => {
  const experiments = results.experiments.map((one) => ({ ...one, observed: 'x'.repeat(500_000) }));
  cli.addStack(record, { ...results, experiments });
  const { stdout, stderr, exitCode } = await cli.pipe(['results', '--json'], 'head -c 1');
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: '{', stderr: '', exitCode: 0 });
});

const oneMore: ExperimentResult = {
  ...(results.experiments[0] as ExperimentResult),
  ...{ name: 'right', verdict: 'pass' },
  checks: [{ name: 'one answer', verdict: 'pass', expected: 1, observed: 1, differences: [] }],
};

test('results of single experiments, of a stack or of the only one', async () => {
  const { definition } = record;
  const [wrong] = definition.experiments;
  const experiments = [wrong, { ...wrong, name: 'right' }] as typeof definition.experiments;
  cli.addStack(
    { ...record, definition: { ...definition, experiments } },
    { ...results, experiments: [...results.experiments, oneMore] },
  );
  for (const words of [['right'], ['bad', 'right'], ['right', '--stack', 'bad']]) {
    const { exitCode, stdout } = await cli.run(['results', ...words]);
    expect(stdout).toMatch(
      /^Lab bad, stack bad, netns backend: pass\n\npass right \(ping, .*\n {2}pass {2}one answer\n$/,
    );
    expect(exitCode).toBe(0);
  }
  const json = await cli.run(['results', 'right', '--json']);
  expect(JSON.parse(json.stdout).experiments).toMatchObject([{ name: 'right' }]);
  const misspelt = await cli.run(['results', 'bad', 'wrnog']);
  expect(misspelt.stderr).toBe('cnilab: lab bad has no experiment "wrnog"\n  → did you mean "wrong"?\n');
  expect(misspelt.exitCode).toBe(2);
});

test('results of an experiment that has not been run say how to run it', async () => {
  cli.addStack(record);
  const { exitCode, stderr } = await cli.run(['results', 'wrong']);
  expect(stderr).toBe(
    'cnilab: experiment "wrong" has not been run\n  → npm run -s lab -- verify wrong --stack bad   runs it\n',
  );
  expect(exitCode).toBe(2);
});

test('results --all show what checks that hold have seen', async () => {
  cli.addStack(record, { ...results, experiments: [oneMore] });
  expect((await cli.run(['results'])).stdout).not.toContain('observed');
  expect((await cli.run(['results', '--all'])).stdout).toContain(
    '  pass  one answer\n      expected 1\n      observed 1\n',
  );
});
