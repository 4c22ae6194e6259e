// The record of a stack: written whole or not at all, readable by its owner only, and gone when it is removed.
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  listRecords,
  readRecord,
  recordedLab,
  removeStack,
  type StackRecord,
  stackDir,
  updateRecord,
  writeRecord,
} from '../../../infra/state/stack-store.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'cnilab-store-'));
  vi.stubEnv('CNILAB_STATE_DIR', home);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

const record = (stack = 'blue'): Omit<StackRecord, 'updatedAt'> => ({
  stack,
  project: 'cnilab',
  backendUrl: 'file:///state',
  lab: 'kindnet',
  labFile: '/c/labs/kindnet/lab.yaml',
  checkout: '/c',
  backend: 'netns',
  handle: { backend: 'netns', id: `id-${stack}`, facts: {} },
  definition: {
    name: 'kindnet',
    title: '',
    underlay: { cidr: '192.168.49.0/24', gateway: '192.168.49.1' },
    nodes: [],
    workloads: [],
    experiments: [],
  },
  status: 'ready',
  createdAt: '2024-01-01T00:00:00.000Z',
});

test('what is written is read again, by its owner only', async () => {
  expect(await readRecord('blue')).toBeUndefined();
  await writeRecord(record());
  expect(await readRecord('blue')).toMatchObject(record());
  expect((await stat(stackDir('blue'))).mode & 0o777).toBe(0o700);
  expect((await stat(path.join(stackDir('blue'), 'record.json'))).mode & 0o777).toBe(0o600);
});

test('many changes at once all take effect, and leave no temporary file', async () => {
  await writeRecord(record());
  const names = Array.from({ length: 20 }, (_, index) => `w${index}`);
  await Promise.all(
    names.map((name) =>
      updateRecord('blue', 'id-blue', ({ definition }) => ({
        definition: { ...definition, workloads: [...definition.workloads, { name, kind: 'pod', pods: [] }] },
      })),
    ),
  );
  expect((await readRecord('blue'))?.definition.workloads.map(({ name }) => name)).toEqual(names);
  expect(await readdir(stackDir('blue'))).toEqual(['record.json']);
});

test("another cluster's record is not changed", async () => {
  await writeRecord(record());
  await updateRecord('blue', 'id-other', () => ({ status: 'deleting' }));
  expect((await readRecord('blue'))?.status).toBe('ready');
});

test('stacks are listed by name, and one that is removed is gone with all its files', async () => {
  expect(await listRecords()).toEqual([]);
  await writeRecord(record('red'));
  await writeRecord(record('blue'));
  expect((await listRecords()).map(({ stack }) => stack)).toEqual(['blue', 'red']);
  await writeFile(path.join(stackDir('red'), 'provider.log'), 'x');
  await removeStack('red');
  await removeStack('red');
  expect((await listRecords()).map(({ stack }) => stack)).toEqual(['blue']);
  expect(await readdir(path.join(home, 'stacks'))).toEqual(['blue']);
});

test('a file that is no record is named, and does not hide the others', async () => {
  await writeRecord(record('red'));
  await writeRecord(record('blue'));
  await writeFile(path.join(stackDir('red'), 'record.json'), '{"half');
  await expect(readRecord('red')).rejects.toThrow(`${stackDir('red')}/record.json is not a stack record`);
  expect((await listRecords()).map(({ stack }) => stack)).toEqual(['blue']);
});

test('a name cannot lead out of the state directory', () => {
  for (const name of ['..', '.', 'a/b', '', '../../etc'])
    expect(() => stackDir(name)).toThrow('cannot be a stack name');
});

test('a lab without a network is not whole yet', async () => {
  await writeRecord({ ...record(), status: 'creating' });
  const found = (await readRecord('blue')) as StackRecord;
  expect(() => recordedLab(found)).toThrow('the lab under stack "blue" has no network yet (it is creating)');
});
