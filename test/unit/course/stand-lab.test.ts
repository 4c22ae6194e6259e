import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Backend } from '../../../infra/backends/backend.ts';
import { standLab } from '../../../infra/course/stand-lab.ts';
import type { Lab } from '../../../infra/lab/lab.ts';
import { readRecord } from '../../../infra/state/stack-store.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(path.join(tmpdir(), 'cnilab-stand-'));
  vi.stubEnv('CNILAB_STATE_DIR', state);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(state, { recursive: true, force: true });
});

it('takes a lab away, one of whose workloads fails, when none is being made any more', async () => {
  const handle = { backend: 'netns', id: 'x-1', facts: {} };
  const done: string[] = [];
  const backend = {
    name: 'netns',
    createCluster: async (_: unknown, record: (early: typeof handle) => Promise<void>) => {
      await record(handle);
      return handle;
    },
    applyNetwork: async () => undefined,
    applyWorkload: async (_: unknown, name: string) => {
      if (name === 'bad') throw new Error('no plugin');
      await new Promise((resolve) => setTimeout(resolve, 50));
      done.push(`${name} is made`);
    },
    deleteCluster: async () => void done.push('taken away'),
    disconnect: async () => undefined,
  } as unknown as Backend;
  const workloads = ['bad', 'slow'].map((name) => ({ name, kind: 'deployment', pods: [] }));
  const lab = {
    name: 'x',
    nodes: [],
    network: {},
    underlay: {},
    workloads,
    experiments: [],
  } as unknown as Lab;
  const place = { stack: 'c-x', project: 'cnilab', backendUrl: 'course:c', labFile: '/x', checkout: '/' };
  const op = { signal: new AbortController().signal };
  await expect(standLab(backend, lab, { ...place, isolation: 'auto' }, op)).rejects.toThrow('no plugin');
  expect(done).toEqual(['slow is made', 'taken away']);
  expect(await readRecord('c-x')).toBeUndefined();
});
