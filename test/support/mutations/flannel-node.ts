// Lab flannel, what a node gets, broken one rule at a time: interfaces, addresses, namespaces, routes, FDB, qdiscs.
import { live, mtu, together } from './breaks.ts';
import type { Live, Mutation } from './mutation.ts';

const INTERFACES = 'an uplink, flannel.1, cni0 and one veth per pod, each made by somebody else';
const ADDRESSES = "of the lab's devices only cni0 and flannel.1 have IPv4 addresses";
const NO_GLOBAL = 'a veth has no global address of any family';
const MACS = 'but a MAC';
const OWN_NETNS = 'every pod has a netns of its own';
const SHARED_NETNS = 'the containers of one pod share it';
const FROM_TWO = "pods get addresses from .2 of their node's podCIDR";
const EACH_OTHER =
  'eth0@ifY in a pod and its vethX@ifN on the node name each other, and the veth is a port of cni0';
const NO_PORT = 'the uplink is no port of cni0; packets get from one to the other by routing';

/** pod1 with another address, routes as before. */
const readdressed = (pod: string, was: string, is: string): Live => {
  const set = (address: string) =>
    `ip address flush dev eth0 && ip address add ${address}/24 brd + dev eth0 && ip route add default via 10.42.0.1 && ip route add 10.42.0.0/16 via 10.42.0.1`;
  return live(pod, set(is), set(was));
};

const node: readonly Mutation[] = [
  {
    breaks: 'a node has a bridge more',
    experiment: 'node',
    fails: [INTERFACES],
    broken: live('k3s-server', 'ip link add extra type bridge', 'ip link del extra'),
  },
  {
    breaks: "a pod's veth has an IPv4 address, if only of its link",
    experiment: 'node',
    fails: [ADDRESSES],
    broken: live(
      'k3s-server',
      'ip address add 169.254.7.7/32 dev ${pod1.hostVeth} scope link',
      'ip address del 169.254.7.7/32 dev ${pod1.hostVeth}',
    ),
  },
  {
    breaks: "a pod's veth has a global IPv6 address",
    experiment: 'node',
    fails: [NO_GLOBAL],
    broken: live(
      'k3s-server',
      'echo 0 > /proc/sys/net/ipv6/conf/${pod1.hostVeth}/disable_ipv6 && ip -6 address add fd00::7/64 dev ${pod1.hostVeth} nodad',
      'ip -6 address del fd00::7/64 dev ${pod1.hostVeth} && echo 1 > /proc/sys/net/ipv6/conf/${pod1.hostVeth}/disable_ipv6',
    ),
  },
  {
    breaks: 'two veths have one MAC',
    experiment: 'node',
    fails: [MACS],
    broken: live(
      'k3s-server',
      'cat /sys/class/net/${pod1.hostVeth}/address > /run/mac && ip link set ${pod1.hostVeth} address $(cat /sys/class/net/${pod2.hostVeth}/address)',
      'ip link set ${pod1.hostVeth} address $(cat /run/mac)',
    ),
  },
  {
    breaks: 'two pods are in one network namespace',
    experiment: 'node',
    fails: [OWN_NETNS],
    beside: { [EACH_OTHER]: 'fail' },
    broken: { sandbox: 'pod2', of: 'pod1' },
  },
  {
    breaks: 'a container has a network namespace of its own',
    experiment: 'node',
    fails: [SHARED_NETNS],
    broken: {
      variant: [
        ['      - name: right\n', '      - name: right\n        command: [unshare, -n, sleep, infinity]\n'],
      ],
      steps: [{ at: 'k3s-agent', run: 'while busybox pidof unshare; do sleep 0.01; done' }],
    },
  },
  {
    breaks: 'pod1 comes after pod2, and gets the address behind it',
    experiment: 'node',
    fails: [FROM_TWO],
    broken: {
      variant: [
        ['- name: pod1\n    kind', '- name: pod0\n    kind'],
        ['- name: pod2\n    kind', '- name: pod1\n    kind'],
        ['- name: pod0\n    kind', '- name: pod2\n    kind'],
      ],
    },
  },
  {
    breaks: 'a pod has another address than CNI gave it',
    experiment: 'node',
    fails: [FROM_TWO],
    broken: readdressed('pod3', '10.42.0.4', '10.42.0.44'),
  },
  {
    breaks: "a pod's veth is not a port of cni0 any more",
    experiment: 'node',
    fails: [EACH_OTHER],
    beside: { [INTERFACES]: 'fail', [NO_PORT]: 'fail' },
    broken: live(
      'k3s-server',
      'ip link set ${pod2.hostVeth} nomaster',
      'ip link set ${pod2.hostVeth} master cni0 && bridge link set dev ${pod2.hostVeth} hairpin on',
    ),
  },
  {
    breaks: "a pod's veth has another name than the plugin gives",
    experiment: 'node',
    fails: [INTERFACES],
    broken: live(
      'k3s-server',
      'ip link set ${pod2.hostVeth} down && ip link set ${pod2.hostVeth} name uplink7 && ip link set uplink7 up',
      'ip link set uplink7 down && ip link set uplink7 name ${pod2.hostVeth} && ip link set ${pod2.hostVeth} up',
    ),
    beside: { [MACS]: 'fail' },
  },
  {
    breaks: 'the uplink is a port of cni0',
    experiment: 'node',
    fails: [NO_PORT],
    beside: { [INTERFACES]: 'fail' },
    broken: live('k3s-server', 'ip link set eth0 master cni0', 'ip link set eth0 nomaster'),
  },
];

const lookups: readonly Mutation[] = [
  {
    breaks: 'pod1 has another address',
    experiment: 'enter-by-hand',
    fails: ["nsenter with the PID of pod1 shows pod1's address", 'and so does entering it in one step'],
    broken: readdressed('pod1', '10.42.0.2', '10.42.0.22'),
  },
  {
    breaks: "a pod has no route to the cluster's range",
    experiment: 'pod-routes',
    fails: ["default and the cluster's /16 via cni0's address, the node's own /24 connected"],
    broken: live('pod1', 'ip route del 10.42.0.0/16', 'ip route add 10.42.0.0/16 via 10.42.0.1'),
  },
  {
    breaks: "a pod's eth0 has the MTU of the uplink",
    experiment: 'pod-routes',
    fails: ['pod interfaces leave room for the VXLAN headers'],
    broken: mtu('pod1', 'eth0', 1500, 1450),
  },
  {
    breaks: 'a pod sends to its neighbour by the gateway',
    experiment: 'route-lookup',
    fails: ['pod2 is on the link'],
    broken: live('pod1', 'ip route add ${pod2.address} via 10.42.0.1', 'ip route del ${pod2.address}'),
  },
  {
    breaks: "a pod takes the other node's pod for a neighbour",
    experiment: 'route-lookup',
    fails: ["pod4, on the other node, is behind cni0's address"],
    broken: live('pod1', 'ip route add ${pod4.address} dev eth0', 'ip route del ${pod4.address}'),
  },
];

const PERMANENT = "permanent - the port's own MAC, one for every veth, never learned and never aged";
const SELF = "self - an entry in the device's own table, not the bridge's";
const VTEP = 'self on flannel.1 - which VTEP a MAC is behind; put there by flannel, not learned';
const NEVER_ASKS = "flannel.1 is told the other VTEP's MAC, so it never has to ask";
const BEHIND = "the other node's pods are behind its VTEP";
const VXLAN = 'VNI 1, UDP port 8472, no learning, 50 bytes less than the uplink';

/** flannel.1 made anew with that; flannel's own neighbour, forwarding entry and route are set again. */
export const otherVxlan = (at: string, words: string, table: Readonly<Record<string, string>>): Live => ({
  steps: [
    {
      at,
      run: [
        'mac=$(cat /sys/class/net/flannel.1/address)',
        'ip link del flannel.1',
        `ip link add flannel.1 address $mac mtu 1450 type vxlan ${words} local \${${at}.address} dev eth0`,
        `ip address add ${table.own} dev flannel.1`,
        'ip link set flannel.1 up',
        `ip neigh replace ${table.peer} lladdr \${${table.node}.vtepMac} dev flannel.1 nud permanent`,
        `bridge fdb replace \${${table.node}.vtepMac} dev flannel.1 dst \${${table.node}.address}`,
        `ip route replace ${table.peer}/24 via ${table.peer} dev flannel.1 onlink`,
      ].join(' && '),
    },
  ],
  undo: [{ at, run: 'ip link del flannel.1' }, { rewire: true }],
});
export const SERVER = { own: '10.42.0.0/32', peer: '10.42.1.0', node: 'k3s-agent' };
export const AGENT = { own: '10.42.1.0/32', peer: '10.42.0.0', node: 'k3s-server' };

const fdb: readonly Mutation[] = [
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

/** Unwrapped, as flannel's backend host-gw does it. */
export function hostGateway(at: string, range: string, peer: string): Live {
  return live(
    at,
    `ip route replace ${range}/24 via \${${peer}.address} dev eth0`,
    `ip route replace ${range}/24 via ${range} dev flannel.1 onlink`,
  );
}

const rate = (bits: string) =>
  `tc qdisc replace dev $(ls /sys/class/net | grep ^bwp) root handle 1: tbf rate ${bits} burst 100000 latency 25ms`;
const faster = live('k3s-agent', rate('80mbit'), rate('8mbit'));

const bandwidth: readonly Mutation[] = [
  {
    breaks: 'the token bucket of slow fills ten times as fast',
    experiment: 'bandwidth',
    fails: ['what slow sends passes a token bucket of 8 Mbit/s'],
    broken: faster,
  },
  {
    breaks: 'the ifb device of slow is down',
    experiment: 'bandwidth',
    fails: ['on an ifb device that the bandwidth plugin made'],
    broken: live(
      'k3s-agent',
      'ip link set $(ls /sys/class/net | grep ^bwp) down',
      'ip link set $(ls /sys/class/net | grep ^bwp) up',
    ),
  },
  {
    breaks: 'the token bucket of slow fills ten times as fast',
    experiment: 'bandwidth-measured',
    fails: ['a megabyte comes at about 8 Mbit/s: no faster than the limit and the burst allow'],
    broken: faster,
  },
  {
    breaks: 'pod1 takes less in one packet than the tunnel does',
    experiment: 'mtu-fits',
    fails: ['1450 bytes pass'],
    broken: mtu('pod1', 'eth0', 1400, 1450),
  },
  {
    breaks: 'packets go unwrapped, and no interface leaves room for VXLAN headers',
    experiment: 'mtu-exceeded',
    fails: ['1451 bytes are refused, with the MTU as the reason'],
    broken: together(
      hostGateway('k3s-server', '10.42.1.0', 'k3s-agent'),
      hostGateway('k3s-agent', '10.42.0.0', 'k3s-server'),
      ...(
        [
          ['k3s-server', '${pod1.hostVeth}'],
          ['k3s-server', 'cni0'],
          ['k3s-agent', '${pod4.hostVeth}'],
          ['k3s-agent', 'cni0'],
          ['pod1', 'eth0'],
          ['pod4', 'eth0'],
        ] as const
      ).map(([at, dev]) => mtu(at, dev, 1500, 1450)),
    ),
  },
];

export const NODE_MUTATIONS: readonly Mutation[] = [...node, ...lookups, ...fdb, ...bandwidth];
