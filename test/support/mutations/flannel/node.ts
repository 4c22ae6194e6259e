// Lab flannel, the interfaces and addresses of nodes and pods, broken one rule at a time.
import { live, mtu } from '../breaks.ts';
import type { Live, Mutation } from '../mutation.ts';

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

export const NODE_MUTATIONS: readonly Mutation[] = [...node, ...lookups];
