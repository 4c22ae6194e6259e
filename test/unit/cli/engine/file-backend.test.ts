// Locks of dead engines go, all others stay; and a stack and its outputs are found without asking the engine.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startProcess } from '../../../../infra/util/exec.ts';
import {
  backendDirectory,
  isLocked,
  isStale,
  type LockHolder,
  removeHalfWritten,
  removeStaleLocks,
  stackInBackend,
  stackOutputs,
  stacksInBackend,
} from '../../../../scripts/cli/engine/file-backend.ts';
import { processStartedMs } from '../../../../scripts/cli/engine/process-started.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'cnilab-file-backend-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const place = () => ({ directory, project: 'cnilab', stack: 'kindnet' });

/** As the engine writes it, with its attributes file. */
function lock(name: string, content: Partial<LockHolder> | string): string {
  const locks = path.join(directory, '.pulumi', 'locks', 'organization', 'cnilab', 'kindnet');
  mkdirSync(locks, { recursive: true });
  const file = path.join(locks, `${name}.json`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  writeFileSync(`${file}.attrs`, '{}');
  return file;
}

const now = () => new Date().toISOString();

test('the lock of a living engine stays; that of a dead one goes with its attributes', async () => {
  const living = lock('living', { pid: process.pid, username: 'me', hostname: hostname(), timestamp: now() });
  // The largest PID there can be is one less than this (PID_MAX_LIMIT, 2^22).
  const dead = lock('dead', { pid: 4_194_304, username: 'me', hostname: hostname(), timestamp: now() });
  expect((await removeStaleLocks(place())).map(({ pid }) => pid)).toEqual([4_194_304]);
  expect([living, `${living}.attrs`, dead, `${dead}.attrs`].map((file) => existsSync(file))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('a PID that was given to another process since is a dead engine’s', async () => {
  const before = new Date((processStartedMs(process.pid) as number) - 60_000).toISOString();
  const file = lock('reused', { pid: process.pid, username: 'me', hostname: hostname(), timestamp: before });
  await removeStaleLocks(place());
  expect(existsSync(file)).toBe(false);
});

test('locks of another machine, and files that are no locks, are not ours to judge', async () => {
  const files = [
    lock('elsewhere', { pid: 4_194_304, username: 'me', hostname: 'another', timestamp: now() }),
    lock('half', '{"pid": 41'),
    lock('strange', '{"pid": "many", "hostname": 1}'),
  ];
  expect(await removeStaleLocks(place())).toEqual([]);
  expect(files.map((file) => existsSync(file))).toEqual([true, true, true]);
});

test('a lock whose process may be its own holder is never stale', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 1e9 }), (taken, age) => {
      const holder = { pid: 1, username: '', hostname: 'here', timestamp: new Date(taken).toISOString() };
      const here = { hostname: 'here', mayBeEngine: () => false };
      expect(isStale(holder, { ...here, startedMs: () => taken - age })).toBe(false);
      expect(isStale(holder, { ...here, startedMs: () => taken + 2_001 + age })).toBe(true);
      expect(isStale(holder, { ...here, hostname: 'there', startedMs: () => undefined })).toBe(false);
    }),
  );
});

test('the lock of an engine stays when the clock has been set forward since it was taken', async () => {
  const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
  // A stand-in by its command line: cat is told of files that are not there, and goes on with its input.
  const engines = ['kindnet', 'flannel'].map((stack) =>
    startProcess(['bash', '-c', `exec -a pulumi cat -- up --stack ${stack} -`]),
  );
  const locks = engines.map((child, i) =>
    lock(String(i), { pid: child.pid ?? 0, username: 'me', hostname: hostname(), timestamp: hourAgo }),
  );
  const named = () => engines.map(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]);
  await expect.poll(named).toEqual(['pulumi', 'pulumi']);
  expect(await isLocked(place())).toBe(true);
  await removeStaleLocks(place());
  expect(locks.map((file) => existsSync(file))).toEqual([true, false]);
  for (const child of engines) child.kill('SIGKILL');
  await Promise.all(engines);
  expect(await isLocked(place())).toBe(false);
});

test('what a killed engine was writing of the stack goes, and nothing else', async () => {
  const states = path.join(directory, '.pulumi', 'stacks', 'cnilab');
  mkdirSync(states, { recursive: true });
  const others = [
    'kindnet.json',
    'kindnet.json.bak',
    'kindnet.json.bak.attrs',
    'kindnet-2.json.18ec1ba78246bc13.tmp',
  ];
  for (const name of [
    ...others,
    'kindnet.json.18ec1ba78246bc13.tmp',
    'kindnet.json.bak.18ec1ba78246bc13.tmp',
  ])
    writeFileSync(path.join(states, name), '{}');
  await removeHalfWritten(place());
  expect(readdirSync(states).sort()).toEqual(others.sort());
});

test('no directory, no locks', async () => {
  expect(await removeStaleLocks({ ...place(), directory: path.join(directory, 'not', 'there') })).toEqual([]);
});

test('stacks are found where the engine keeps them, compressed ones too', async () => {
  const stacks = path.join(directory, '.pulumi', 'stacks', 'cnilab');
  mkdirSync(stacks, { recursive: true });
  for (const name of ['kindnet.json', 'kindnet.json.bak', 'kindnet.json.attrs', 'table-3.json.gz']) {
    writeFileSync(path.join(stacks, name), '');
  }
  expect(await stacksInBackend(directory, 'cnilab')).toEqual(['kindnet', 'table-3']);
  expect(await stackInBackend(place())).toBe(true);
  expect(await stackInBackend({ ...place(), stack: 'flannel' })).toBe(false);
  expect(await stacksInBackend(directory, 'another')).toEqual([]);
});

test('the outputs of a stack are read from its state, compressed or not; of any other file there are none', async () => {
  const stacks = path.join(directory, '.pulumi', 'stacks', 'cnilab');
  mkdirSync(stacks, { recursive: true });
  const file = path.join(stacks, 'kindnet.json');
  expect(await stackOutputs(place())).toBeUndefined();
  const resources = [
    { type: 'cnilab:index:Lab' },
    { type: 'pulumi:pulumi:Stack', outputs: { lab: 'kindnet' } },
  ];
  const state = JSON.stringify({ version: 3, checkpoint: { latest: { resources } } });
  writeFileSync(`${file}.gz`, gzipSync(state));
  expect(await stackOutputs(place())).toEqual({ lab: 'kindnet' });
  for (const broken of ['', '{"checkpoint"', '{}', '{"checkpoint": {"latest": {}}}']) {
    writeFileSync(file, broken);
    expect(await stackOutputs(place())).toBeUndefined();
  }
  writeFileSync(file, state);
  expect(await stackOutputs(place())).toEqual({ lab: 'kindnet' });
});

test.each([
  ['file:///srv/pulumi', '/srv/pulumi'],
  ['file:///srv/my%20state?no_tmp_dir=true', '/srv/my state'],
  ['file://~', userInfo().homedir],
  ['file://~/state', path.join(userInfo().homedir, 'state')],
  ['file://./state', '/checkout/state'],
  ['https://api.pulumi.com', undefined],
  ['s3://bucket', undefined],
])('the directory of %s', (url, expected) => {
  expect(backendDirectory(url, '/checkout')).toBe(expected);
});
