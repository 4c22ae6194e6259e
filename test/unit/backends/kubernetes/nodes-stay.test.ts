// The end of a cluster whose nodes stay: the lab's network is taken off them before the tool has its turn.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ClusterFiles } from '../../../../infra/backends/kubernetes/cluster-files.ts';
import type { ClusterTool } from '../../../../infra/backends/kubernetes/cluster-tool.ts';
import { kubernetesBackend } from '../../../../infra/backends/kubernetes/kubernetes-backend.ts';
import { NODES, network } from './network/stand-in-cluster.ts';

const id = 'blue-00000000';
let directory: string;
let before: string | undefined;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'cnilab-test-stay-'));
  before = process.env.CNILAB_STATE_DIR;
  process.env.CNILAB_STATE_DIR = directory;
});
afterEach(() => {
  if (before === undefined) delete process.env.CNILAB_STATE_DIR;
  else process.env.CNILAB_STATE_DIR = before;
  rmSync(directory, { recursive: true, force: true });
});

/** Whose API is gone. @returns what was done and told, in order */
async function downOf(tool: Pick<ClusterTool, 'ownsCluster' | 'nodesStay'>): Promise<readonly string[]> {
  const done: string[] = [];
  const access = {
    name: 'nothing',
    enter: () => ({ argv: ['false'] }),
    shell: () => ({ argv: [], env: {} }),
  };
  const backend = kubernetesBackend({
    ...tool,
    name: 'k3s',
    settings: {},
    probe: async () => undefined,
    plan: () => ({ cluster: 'default' }),
    create: async () => [],
    state: async () => 'running',
    delete: async () => void done.push('the tool deletes it'),
    access: () => access,
  });
  const files = new ClusterFiles({ id });
  files.writeSpec({ nodes: NODES, settings: {} } as never);
  files.writeNetwork({ nodes: NODES, network: network('kindnet') });
  mkdirSync(path.dirname(files.kubeconfig), { recursive: true });
  writeFileSync(
    files.kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      users: [{ name: 'u', user: {} }],
      'current-context': 'c',
    }),
  );
  const progress = (line: string) => void done.push(line.slice(0, 67));
  await backend.deleteCluster(
    { backend: 'k3s', id, facts: { cluster: 'default' } },
    {
      signal: AbortSignal.timeout(20_000),
      progress,
    },
  );
  return done;
}

it('tries to take the network off them, and a cluster that does not answer goes all the same', async () => {
  expect(await downOf({ ownsCluster: true, nodesStay: true })).toEqual(
    [
      'waiting until its pods are gone',
      'of the lab’s network, something may be left on the nodes: ',
      'the tool deletes it',
    ].map((line) => expect.stringContaining(line)),
  );
});

it('what goes with its nodes is not asked', async () => {
  expect(await downOf({ ownsCluster: true })).toEqual(['the tool deletes it']);
});
