// The script that removes a network, in namespaces of the test's own.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removalScript } from '../../../../../infra/backends/kubernetes/network/remains.ts';
import { applyScript } from '../../../../../infra/backends/netns/network/apply-script.ts';
import { planNode } from '../../../../../infra/backends/netns/network/plan.ts';
import type { LabNode } from '../../../../../infra/lab/lab.ts';
import { type PrivateHost, privateHost } from '../../../../support/private-host.ts';
import { NODES, network } from './stand-in-cluster.ts';

let node: PrivateHost;
beforeAll(async () => {
  node = await privateHost('n1');
});
afterAll(() => node?.close());

const sh = async (script: string) => {
  const { stdout, stderr, exitCode } = await node.host.run(['sh', '-c', script]);
  return exitCode === 0 ? stdout.trim() : `failed: ${stderr}`;
};
const state = () =>
  sh('ip -br link; ip route; iptables-save | grep -v ^#; find /etc/cni /run/flannel -type f 2> /dev/null; :');

it("leaves nothing of flannel, and what is another's", async () => {
  await sh(`ip link add eth0 type veth peer name far && ip address add 192.168.49.2/24 dev eth0 && ip link set eth0 up
    iptables -t nat -A POSTROUTING -m comment --comment "somebody's own" -j MASQUERADE; iptables -P FORWARD ACCEPT`);
  const before = await state();
  const plan = planNode(NODES[0] as LabNode, NODES, network('flannel'));
  await sh(applyScript(plan, undefined));
  await node.host.write([...plan.files, ...plan.lastFiles]);
  // As the daemon does it, with a comment.
  await sh(`iptables -t nat -R POSTROUTING 2 -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
    ip link add cni0 type bridge; ip link set cni0 up; ip address add 10.244.0.1/24 dev cni0`);
  const during = await state();
  expect(during).toContain('flanneld masq');
  expect(during).toContain('flannel.1');
  const found = { ...plan, chains: [] };
  expect(await sh(removalScript(found))).toBe('');
  expect((await state()).split('\n')).toEqual(before.split('\n'));
  expect(await sh(removalScript(found))).toBe('');
});

it('takes what host-local remembers, unless an address is leased', async () => {
  const plan = planNode(NODES[0] as LabNode, NODES, network('kindnet'));
  const dir = '/run/cni-ipam-state/kindnet';
  await sh(`mkdir -p ${dir} && cd ${dir} && touch lock last_reserved_ip.0 10.244.0.2`);
  await sh(removalScript(plan));
  expect(await sh(`ls ${dir}`)).toBe('10.244.0.2\nlast_reserved_ip.0\nlock');
  await sh(`rm ${dir}/10.244.0.2`);
  expect(await sh(removalScript(plan))).toBe('');
  expect(await sh(`ls /run/cni-ipam-state`)).toBe('');
});
