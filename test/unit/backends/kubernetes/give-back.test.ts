// In which order a cluster that was there before is given back.
import { expect, it } from 'vitest';
import type { KubernetesConnection } from '../../../../infra/backends/kubernetes/connection.ts';
import { giveBack } from '../../../../infra/backends/kubernetes/give-back.ts';
import { NODES, network, REAL_NAMES, standInTask } from './network/stand-in-cluster.ts';

function given(settings: Readonly<Record<string, string>>) {
  const { task, log } = standInTask(network('kindnet'));
  const connection = {
    tool: { ownsCluster: false },
    namespace: 'cnilab-blue',
    settings,
    kube: task.kube,
    node: task.host,
    nodeItself: task.host,
    open: async () => log.push('nodes are entered'),
    files: {
      network: () => ({ nodes: NODES, network: task.network }),
      kubeconfigText: () => 'there',
      spec: () => undefined,
      nodeNames: () => REAL_NAMES,
      writeNetwork: () => log.push('the network is forgotten'),
    },
  } as unknown as KubernetesConnection;
  return { run: () => giveBack(connection, task.op), log };
}

// Seen on a kind cluster: without a network containerd calls no plugin, and veths and DNAT rules of the pods stayed.
it('ends the pods before it takes the network away from under them', async () => {
  const { run, log } = given({ allowClusterChanges: 'true' });
  await run();
  const [first, second] = log;
  expect([first, second]).toEqual(['delete Namespace cnilab-blue', 'nodes are entered']);
  expect(log.findIndex((line) => line.startsWith('delete DaemonSet'))).toBeGreaterThan(1);
});

it('only forgets a network that was taken as it is', async () => {
  const { run, log } = given({});
  await run();
  expect(log).toEqual(['the network is forgotten']);
});
