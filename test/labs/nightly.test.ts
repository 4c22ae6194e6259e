// Real nights: labs stood up, asked twice and taken down, and what is left of it for people and for CI.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPcapng } from '../../infra/observe/pcapng.ts';
import { exec } from '../../infra/util/exec.ts';
import type { LedgerLine } from '../../scripts/nightly/ledger/line.ts';
import { CliLabs, ROOT } from '../support/cli-labs.ts';

const NODE = path.join(ROOT, 'node_modules', '.bin', 'node');
const NIGHTLY = path.join(ROOT, 'scripts', 'nightly.ts');

let labs: CliLabs;
beforeAll(async () => {
  labs = await CliLabs.open();
});
afterAll(async () => {
  await labs?.close();
});

const inLabs = (...parts: readonly string[]) => path.join(labs.directory, ...parts);
const nightly = (...args: readonly string[]) =>
  exec([NODE, NIGHTLY, ...args], { cwd: ROOT, env: labs.session.env, timeoutMs: 240_000 });
const read = (...parts: readonly string[]) => readFileSync(inLabs(...parts), 'utf8');
const ledger = (file: string) =>
  read(file)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LedgerLine);
const stacks = async () => JSON.parse((await labs.session.cli(['list', '--json'])).stdout).stacks;

it('kindnet, twice: everything passes, and everything is kept', async () => {
  const words = ['--labs', 'kindnet', '--backend', 'netns', '--repeats', '2'];
  const { exitCode, stdout, stderr } = await nightly(
    ...[...words, '--out', inLabs('kindnet-night'), '--ledger', inLabs('nights.jsonl'), '--machine', 'here'],
  );
  expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0 });
  expect(stdout).toMatch(/^ {2}pass {5}kindnet {2}netns {9}2 {3}44\/44/m);
  expect(stdout).toContain('2 of 2 runs pass\n');
  expect(await stacks()).toEqual([]);

  for (const repeat of ['1', '2']) {
    const kept = inLabs('kindnet-night', 'kindnet', 'netns', repeat);
    expect(readdirSync(kept).sort()).toEqual(['engine.log', 'log.txt', 'report.html', 'up', 'verify']);
    for (const round of ['up', 'verify']) {
      const results = JSON.parse(readFileSync(path.join(kept, round, 'results.json'), 'utf8'));
      expect(results).toMatchObject({ lab: 'kindnet', stack: 'nightly-kindnet-netns', verdict: 'pass' });
      const captures = readdirSync(path.join(kept, round, 'captures')).sort();
      expect(captures).toEqual(['journey-across-nodes.pcapng', 'journey-same-node.pcapng']);
      for (const capture of captures) {
        const { taps } = readPcapng(readFileSync(path.join(kept, round, 'captures', capture)));
        expect(taps.flatMap(({ packets }) => packets).length).toBeGreaterThan(0);
      }
    }
  }

  const suites = read('kindnet-night', 'junit.xml').match(/<testsuite .*/g);
  expect(suites).toHaveLength(2);
  for (const suite of suites ?? []) expect(suite).toContain('tests="44" failures="0" errors="0" skipped="0"');
  expect(JSON.parse(read('kindnet-night', 'summary.json'))).toMatchObject({
    exitCode: 0,
    machine: 'here',
    runs: [1, 2].map((repeat) => ({
      lab: 'kindnet',
      backend: 'netns',
      repeat,
      state: 'ran',
      verdict: 'pass',
    })),
  });
  const page = read('kindnet-night', 'index.html');
  const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => decodeURIComponent(link));
  expect(links).toHaveLength(2 + 2 * 9);
  for (const link of links) expect(read('kindnet-night', link).length).toBeGreaterThan(0);

  // The lab, its nine experiments, their 44 checks.
  const lines = ledger('nights.jsonl');
  expect(lines).toHaveLength(2 * (1 + 9 + 44));
  expect(new Set(lines.map(({ verdict }) => verdict))).toEqual(new Set(['pass']));
});

it('a check that fails, one that is late, one that nobody can know: exit code 1, each told as what it is', async () => {
  const lab = await labs.lab('wrong', {
    yaml: `
cluster: { nodes: [{ name: n1 }] }
network: { type: kindnet, podCIDR: 10.9.0.0/16 }
workloads: [{ name: p, replicas: 2 }]
experiments:
  - name: broken
    kind: ping
    from: p-1
    to: p-2
    count: 1
    checks:
      - { name: "nothing <is> received & all is lost", select: received, expect: 0 }
      - { name: all is sent, select: transmitted, expect: 1 }
  - name: late
    kind: exec
    steps: [{ name: the second time, in: p-1, command: [sh, -c, "test -e /tmp/seen || { touch /tmp/seen; exit 1; }"] }]
  - { name: doubtful, kind: diagnose, fault: vtep-forwarding-missing }
  - { name: recorded, kind: ping, onFailure: record, from: p-1, to: 10.9.9.9, count: 1, timeout: 0.3 }
  - { name: mesh, kind: mesh, from: pods, to: pods }
`,
  });
  const { exitCode, stdout, stderr } = await nightly(
    ...['--labs', lab.file, '--backend', 'netns', '--repeats', '1', '--json'],
    ...['--out', inLabs('wrong-night'), '--ledger', inLabs('wrong.jsonl')],
  );
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 });
  expect(JSON.parse(stdout)).toEqual(JSON.parse(read('wrong-night', 'summary.json')));
  expect(await stacks()).toEqual([]);
  const xml = read('wrong-night', 'junit.xml');
  expect(xml).toContain(
    [
      '<failure message="received: expected 0, observed 1" type="fail">in up: fail',
      '  received: expected 0, observed 1',
      '  expected 0',
      '  observed 1',
      'in verify: fail',
      '  received: expected 0, observed 1',
      '  expected 0',
      '  observed 1</failure>',
    ].join('\n'),
  );
  expect(xml).toContain('<testcase name="nothing &lt;is&gt; received &amp; all is lost"');
  expect(xml).toContain('<failure message="exitCode: expected 0, observed 1" type="late">');
  expect(xml).toMatch(/<testsuite .* failures="2" errors="1" skipped="1"/);

  const { stdout: history } = await nightly('--history', '--ledger', inLabs('wrong.jsonl'));
  expect(history).toMatch(/^Fails in every run since \(1\)\n.* broken, nothing <is> received/m);
  expect(history).toMatch(
    /^Slow to converge \(1\)\n.* late, the second time\n +failed in up and passed in verify/m,
  );
  expect(history).toMatch(/^Inconclusive \(1\)\n/m);
  const attempts = ledger('wrong.jsonl').filter((line) => line.experiment === 'mesh');
  expect(attempts.map((line) => [line.check, line.attempts])).toEqual([
    [undefined, 1],
    ['every request of every pair is answered', 1],
  ]);
});

it('Ctrl-C while verify asks: the lab goes, what there is is written', async () => {
  const seconds = `71${process.pid}`;
  const lab = await labs.lab('stopped', {
    yaml: `
cluster: { nodes: [{ name: n1 }] }
network: { type: kindnet, podCIDR: 10.9.0.0/16 }
workloads: [{ name: p, kind: pod }]
experiments:
  - name: waits
    kind: exec
    steps: [{ in: p, timeout: 600, command: [sh, -c, "test -e /tmp/seen && exec sleep ${seconds}; touch /tmp/seen"] }]
`,
  });
  const started = lab.start([
    ...[NODE, NIGHTLY, '--labs', lab.file, '--backend', 'netns', '--out', inLabs('stopped-night')],
  ]);
  const waiting = () =>
    readdirSync('/proc').filter((entry) => {
      try {
        return readFileSync(`/proc/${entry}/cmdline`, 'utf8') === `sleep\0${seconds}\0`;
      } catch {
        return false;
      }
    });
  const early = started.ended.then(({ stderr }) => expect.unreachable(`it ended by itself: ${stderr}`));
  await Promise.race([
    early,
    expect.poll(() => waiting().length, { timeout: 120_000, interval: 50 }).toBe(1),
  ]);
  early.catch(() => {});
  process.kill(started.pid, 'SIGINT');
  const { exitCode, stdout } = await started.ended;
  expect(exitCode).toBe(130);
  expect(stdout).toContain('0 of 3 runs pass, 1 stopped, the night was stopped');
  expect([await stacks(), waiting(), lab.processes()]).toEqual([[], [], []]);
  expect(JSON.parse(read('stopped-night', 'summary.json'))).toMatchObject({
    interrupted: true,
    runs: [{ state: 'stopped', checks: [{ experiment: 'waits' }, { experiment: 'waits', verdict: 'pass' }] }],
  });
  expect(readdirSync(inLabs('stopped-night', 'stopped', 'netns', '1', 'up'))).toContain('results.json');
});

it("the lab of K3s' night passes, on netns", async () => {
  const words = ['--labs', '.github/labs/one-node', '--backend', 'netns', '--repeats', '1'];
  const { exitCode, stdout, stderr } = await nightly(...words, '--out', inLabs('one-node-night'));
  expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0 });
});
