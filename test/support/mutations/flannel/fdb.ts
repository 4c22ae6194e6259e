// Lab flannel, what is known of where a MAC is, broken one rule at a time.
import { live, mtu } from '../breaks.ts';
import type { Mutation } from '../mutation.ts';
import { hostGateway, otherVxlan, SERVER } from './other-ways.ts';

const PERMANENT = "permanent - the port's own MAC, one for every veth, never learned and never aged";
const SELF = "self - an entry in the device's own table, not the bridge's";
const VTEP = 'self on flannel.1 - which VTEP a MAC is behind; put there by flannel, not learned';
const NEVER_ASKS = "flannel.1 is told the other VTEP's MAC, so it never has to ask";
const BEHIND = "the other node's pods are behind its VTEP";
const VXLAN = 'VNI 1, UDP port 8472, no learning, 50 bytes less than the uplink';

export const FDB_MUTATIONS: readonly Mutation[] = [
  {
    breaks: 'cni0 learns nothing at the port of pod2',
    experiment: 'fdb-learned',
    fails: ["pod2's MAC maps to pod2's veth"],
    broken: live(
      'k3s-server',
      'bridge link set dev ${pod2.hostVeth} learning off && ip link set cni0 type bridge fdb_flush',
      'bridge link set dev ${pod2.hostVeth} learning on',
    ),
  },
  {
    breaks: 'one veth is no port of cni0',
    experiment: 'fdb-flags',
    fails: [PERMANENT],
    broken: live(
      'k3s-server',
      'ip link set ${pod3.hostVeth} nomaster',
      'ip link set ${pod3.hostVeth} master cni0 && bridge link set dev ${pod3.hostVeth} hairpin on',
    ),
  },
  {
    breaks: "a port's own MAC gives way to that of somebody else",
    experiment: 'fdb-flags',
    fails: [PERMANENT],
    broken: live(
      'k3s-server',
      'cat /sys/class/net/${pod3.hostVeth}/address > /run/mac && bridge fdb del $(cat /run/mac) dev ${pod3.hostVeth} master && bridge fdb add 02:00:00:00:00:99 dev ${pod3.hostVeth} master permanent',
      'bridge fdb del 02:00:00:00:00:99 dev ${pod3.hostVeth} master; bridge fdb add $(cat /run/mac) dev ${pod3.hostVeth} master permanent',
    ),
  },
  {
    breaks: 'cni0 is down, and listens to no group',
    experiment: 'fdb-flags',
    fails: [SELF],
    beside: { [BEHIND]: 'fail' },
    broken: live('k3s-server', 'ip link set cni0 down', 'ip link set cni0 up'),
  },
  {
    breaks: "the other VTEP's MAC is behind another address",
    experiment: 'fdb-flags',
    fails: [VTEP],
    broken: live(
      'k3s-server',
      'bridge fdb replace ${k3s-agent.vtepMac} dev flannel.1 dst 192.168.56.77',
      'bridge fdb replace ${k3s-agent.vtepMac} dev flannel.1 dst ${k3s-agent.address}',
    ),
  },
  {
    breaks: "flannel.1 is told another MAC than the other VTEP's",
    experiment: 'fdb-flags',
    fails: [NEVER_ASKS],
    broken: live(
      'k3s-server',
      'ip neigh replace 10.42.1.0 lladdr 02:00:00:00:00:99 dev flannel.1 nud permanent',
      'ip neigh replace 10.42.1.0 lladdr ${k3s-agent.vtepMac} dev flannel.1 nud permanent',
    ),
  },
  {
    breaks: "the other node's pods are behind its uplink",
    experiment: 'fdb-flags',
    fails: [BEHIND],
    broken: hostGateway('k3s-server', '10.42.1.0', 'k3s-agent'),
  },
  ...[
    ['flannel.1 has another VNI', 'id 2 dstport 8472 nolearning'],
    ['flannel.1 has the port that is assigned to VXLAN', 'id 1 dstport 4789 nolearning'],
    ['flannel.1 learns', 'id 1 dstport 8472 learning'],
  ].map(
    ([breaks = '', words = '']): Mutation => ({
      breaks,
      experiment: 'fdb-flags',
      fails: [VXLAN],
      broken: otherVxlan('k3s-server', words, SERVER),
    }),
  ),
  {
    breaks: 'flannel.1 has a smaller MTU than pods',
    experiment: 'fdb-flags',
    fails: [VXLAN],
    broken: mtu('k3s-server', 'flannel.1', 1400, 1450),
  },
];
