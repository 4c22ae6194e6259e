// Lab kindnet, the cables and routes of its pods, broken one rule at a time.
import { live, meanwhile, mtu } from '../breaks.ts';
import type { Live, Mutation } from '../mutation.ts';
import { onLink } from './on-link.ts';

const BOTH_DIRECTIONS = 'eth0@ifN and vethX@ifM name each other, in both directions, link-netnsid included';
const EVERY_POD = 'every pod of a node has a veth of its own there';
const GATEWAY_M02 = 'and on minikube-m02 its own';
/** The node's ends of their veths are in a network namespace of nobody, and go with it. */
function awayFrom(...pods: readonly string[]): Live {
  const elsewhere = meanwhile('minikube-m02', 'elsewhere', 'exec unshare -n sleep infinity');
  const there = '$(cat /run/elsewhere.pid)';
  const run = [
    `until [ $(readlink /proc/${there}/ns/net) != $(readlink /proc/self/ns/net) ]; do sleep 0.01; done`,
    ...pods.map((pod) => `ip link set \${${pod}.hostVeth} netns ${there}`),
  ].join('; ');
  return {
    steps: [...elsewhere.steps, { at: 'minikube-m02', run }],
    undo: [...elsewhere.undo, ...pods.map((pod) => ({ remake: pod }))],
  };
}

const vethPairs: readonly Mutation[] = [
  {
    breaks: 'a pod has a third interface',
    experiment: 'veth-pairs',
    fails: ['a pod has eth0 and lo, and nothing else'],
    broken: live('pod-to-pod-2', 'ip link add br0 type bridge', 'ip link del br0'),
  },
  {
    breaks: 'eth0 of a pod has another MTU than the conflist says',
    experiment: 'veth-pairs',
    fails: ['eth0 is one end of a veth pair'],
    broken: mtu('pod-to-pod-2', 'eth0', 1400, 1500),
  },
  {
    breaks: 'eth0 of a pod is a macvlan on top of the veth',
    experiment: 'veth-pairs',
    fails: ['eth0 is one end of a veth pair'],
    beside: { 'a pod has eth0 and lo, and nothing else': 'fail', [BOTH_DIRECTIONS]: 'fail' },
    broken: {
      steps: [
        {
          at: 'pod-to-pod-2',
          run: 'ip link set eth0 down && ip link set eth0 name lower && ip link add eth0 link lower type macvlan && ip link set lower up && ip link set eth0 up',
        },
      ],
      undo: [{ remake: 'pod-to-pod-2' }],
    },
  },
  {
    breaks: "the node's end of a pod's veth is in another network namespace",
    experiment: 'veth-pairs',
    fails: [BOTH_DIRECTIONS],
    beside: { [GATEWAY_M02]: 'fail' },
    broken: awayFrom('pod-to-pod-1'),
  },
  {
    breaks: 'neither pod of minikube-m02 has a veth there',
    experiment: 'veth-pairs',
    fails: [EVERY_POD],
    beside: { [BOTH_DIRECTIONS]: 'fail', [GATEWAY_M02]: 'fail' },
    broken: awayFrom('pod-to-pod-1', 'pod-to-pod-3'),
  },
  {
    breaks: 'one host veth on minikube has another address than the gateway',
    experiment: 'veth-pairs',
    fails: ['every host veth on minikube carries the same gateway address, as a /32'],
    broken: gateway('minikube', 'shared', '10.244.0.1/32', '10.244.0.254/32'),
  },
  {
    breaks: 'one host veth on minikube-m02 has the gateway with the whole range',
    experiment: 'veth-pairs',
    fails: [GATEWAY_M02],
    broken: gateway('minikube-m02', 'pod-to-pod-1', '10.244.1.1/32', '10.244.1.1/24'),
  },
  {
    breaks: 'a bridge is on minikube',
    experiment: 'veth-pairs',
    fails: ['there is no bridge, and no host veth is a port of anything'],
    broken: live('minikube', 'ip link add cni0 type bridge', 'ip link del cni0'),
  },
];

function gateway(node: string, pod: string, was: string, is: string) {
  const dev = `dev \${${pod}.hostVeth}`;
  const instead = (one: string, other: string) =>
    `ip address add ${other} ${dev} && ip address del ${one} ${dev}`;
  return live(node, instead(was, is), instead(is, was));
}

const routes: readonly Mutation[] = [
  {
    breaks: "the pods of a pod's own node are on its link, not behind .1",
    experiment: 'routes',
    fails: ["a pod reaches everything, its own node's pods included, through .1, and .1 over the link"],
    broken: onLink('pod-to-pod-2', 0),
  },
  {
    breaks: 'minikube has no route to one of its pods',
    experiment: 'routes',
    fails: ["minikube has a host route for each local pod, and one route for the other node's pods"],
    broken: live(
      'minikube',
      'ip route del ${shared.address}',
      'ip route add ${shared.address} dev ${shared.hostVeth} scope host',
    ),
  },
  {
    breaks: "minikube sends the other node's pods to its default gateway",
    experiment: 'routes',
    fails: ["minikube has a host route for each local pod, and one route for the other node's pods"],
    broken: live(
      'minikube',
      'ip route replace 10.244.1.0/24 via 192.168.49.1 dev eth0',
      'ip route replace 10.244.1.0/24 via 192.168.49.3 dev eth0',
    ),
  },
  {
    breaks: "a pod's route on minikube-m02 leads into the other pod's veth",
    experiment: 'routes',
    fails: ['minikube-m02 mirrors it'],
    broken: live(
      'minikube-m02',
      'ip route replace ${pod-to-pod-1.address} dev ${pod-to-pod-3.hostVeth} scope host',
      'ip route replace ${pod-to-pod-1.address} dev ${pod-to-pod-1.hostVeth} scope host',
    ),
  },
];

export const POD_MUTATIONS: readonly Mutation[] = [...vethPairs, ...routes];
