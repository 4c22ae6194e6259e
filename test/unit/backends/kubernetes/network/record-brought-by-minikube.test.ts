// Calls of plugins that minikube has brought: on each node itself, however it is entered, where containerd looks by default.
import { expect, it } from 'vitest';
import {
  broughtDrift,
  recordBrought,
  stopRecordingBrought,
} from '../../../../../infra/backends/kubernetes/network/record-brought.ts';
import { minikubeTool } from '../../../../../infra/backends/minikube/minikube-tool.ts';
import { network, standInTask } from './stand-in-cluster.ts';

/** As a node of minikube 1.38.1 with its own kindnet had them. */
const FILES = {
  '10-kindnet.conflist':
    '{"cniVersion":"0.3.1","name":"kindnet","plugins":[{"type":"ptp","ipam":{"type":"host-local"}},{"type":"portmap"}]}',
  '87-podman-bridge.conflist.mk_disabled':
    '{"cniVersion":"0.4.0","name":"podman","plugins":[{"type":"bridge"}]}',
};

/** @param bare plugins on each node whose calls are not recorded */
function brought(bare: readonly string[] = [], files: Readonly<Record<string, string>> = FILES) {
  const stand = standInTask(network('kindnet'));
  for (const { name } of stand.task.nodes) {
    const host = stand.hostOf(name);
    for (const [file, content] of Object.entries(files)) host.files.set(`/etc/cni/net.d/${file}`, content);
    host.answer = (argv) =>
      argv.includes('list') ? Object.keys(files).join('\n') : argv.includes('bare') ? bare.join('\n') : '';
  }
  return stand;
}
const cni = minikubeTool.cniPaths?.({ cluster: 'lab' }) ?? { config: '', plugins: '' };
const networkOf = ({ nodeItself, nodes, op }: ReturnType<typeof brought>['task']) => ({
  host: nodeItself,
  nodes,
  cni,
  op,
});
const recorder = (log: readonly string[], verb: string) =>
  log.filter((line) => line.includes(` recorder /opt/cni/bin /var/lib/cnilab ${verb}`));

it('stands before the plugins that each node itself names, and lo’s', async () => {
  const { task, log } = brought();
  await recordBrought(networkOf(task));
  expect(recorder(log, 'install')).toEqual([
    'n1 recorder /opt/cni/bin /var/lib/cnilab install loopback ptp portmap',
    'n2 recorder /opt/cni/bin /var/lib/cnilab install loopback ptp portmap',
  ]);
});

it('that somebody has put out of the way is drift', async () => {
  expect(await broughtDrift(networkOf(brought().task))).toEqual([]);
  expect(await broughtDrift(networkOf(brought(['ptp']).task))).toEqual([
    { object: 'n1', what: 'calls of the CNI plugin ptp are not recorded' },
    { object: 'n2', what: 'calls of the CNI plugin ptp are not recorded' },
  ]);
});

it('cannot be on a node without perl, which is told, and is no drift', async () => {
  const { task, log, said, hostOf } = brought(['ptp']);
  hostOf('n2').facts = 'x86_64\n\nptp\n';
  await recordBrought(networkOf(task));
  expect(recorder(log, 'install')).toHaveLength(1);
  expect(said).toEqual(['n2: calls of CNI plugins are not recorded (no perl, or not x86_64 or aarch64)']);
  expect((await broughtDrift(networkOf(task))).map(({ object }) => object)).toEqual(['n1']);
});

it('goes with the network', async () => {
  const { task, log } = brought();
  await stopRecordingBrought(networkOf(task));
  expect(recorder(log, 'remove')).toHaveLength(2);
});

it('has nothing to stand before where there is no network', async () => {
  await expect(recordBrought(networkOf(brought([], {}).task))).rejects.toThrow(/no network/);
});
