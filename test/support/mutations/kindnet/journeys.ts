// Lab kindnet, the ways between its pods, broken one rule at a time.
import { deaf, live, rule, swallowing, sysctl, together, ttl60 } from '../breaks.ts';
import type { Live, Mutation } from '../mutation.ts';
import { onLink } from './on-link.ts';

const ANSWERED = 'every request is answered, once';
const FORETOLD = "every packet is seen wherever the kernel's tables say, and nowhere else";
const SAME_NODE = 'a request is routed from one veth to the other, which takes one off the TTL';
const SAME_WAY_BACK = 'the reply takes the same way back';
const ASKS_GATEWAY = 'the pod asks by ARP for its gateway, and never for the other pod';
const TWO_ROUTERS = 'two routers on the way take two off the TTL';
const OWN_ADDRESSES = "both addresses are the pods' own all the way, and nothing is wrapped around them";

/** What the one sends to the other leaves its node, and comes back from the other node. */
function detour(from: string, to: string): Live {
  const route = `\${${to}.address} via 192.168.49.2 table 77`;
  const rule = `iif \${${from}.hostVeth} lookup 77 priority 100`;
  return live(
    'minikube-m02',
    `ip route add ${route} && ip rule add ${rule}`,
    `ip rule del ${rule} && ip route del ${route}`,
  );
}

export const JOURNEY_MUTATIONS: readonly Mutation[] = [
  {
    breaks: 'the target answers no echo request',
    experiment: 'journey-same-node',
    fails: [ANSWERED],
    beside: { [SAME_WAY_BACK]: 'fail' },
    broken: deaf('pod-to-pod-3'),
  },
  {
    breaks: 'a queue swallows what goes to the target',
    experiment: 'journey-same-node',
    fails: [FORETOLD],
    beside: { [ANSWERED]: 'fail', [SAME_NODE]: 'fail', [SAME_WAY_BACK]: 'fail' },
    broken: swallowing('minikube-m02', '${pod-to-pod-3.hostVeth}'),
  },
  {
    breaks: 'the node sends requests round by the other node',
    experiment: 'journey-same-node',
    fails: [SAME_NODE],
    broken: detour('pod-to-pod-1', 'pod-to-pod-3'),
  },
  {
    breaks: 'the node sends replies round by the other node',
    experiment: 'journey-same-node',
    fails: [SAME_WAY_BACK],
    broken: detour('pod-to-pod-3', 'pod-to-pod-1'),
  },
  {
    breaks: 'a pod takes the others of its node for neighbours, and the node answers for them',
    experiment: 'journey-same-node',
    fails: [ASKS_GATEWAY],
    broken: together(
      sysctl('minikube-m02', 'conf/${pod-to-pod-1.hostVeth}/proxy_arp', 1, 0),
      onLink('pod-to-pod-1', 1),
    ),
  },
  {
    breaks: 'the target answers no echo request',
    experiment: 'journey-across-nodes',
    fails: [ANSWERED],
    broken: deaf('pod-to-pod-1'),
  },
  {
    breaks: 'a queue swallows what goes to the other node',
    experiment: 'journey-across-nodes',
    fails: [FORETOLD],
    beside: { [ANSWERED]: 'fail', [TWO_ROUTERS]: 'fail', [OWN_ADDRESSES]: 'fail' },
    broken: swallowing('minikube', 'eth0'),
  },
  {
    breaks: 'a pod sends with another TTL than Linux does by default',
    experiment: 'journey-across-nodes',
    fails: [TWO_ROUTERS],
    broken: ttl60('pod-to-pod-2'),
  },
  {
    breaks: 'pods are masqueraded on their way to the other node',
    experiment: 'journey-across-nodes',
    fails: [OWN_ADDRESSES],
    broken: rule('minikube', 'nat', 'POSTROUTING -s 10.244.0.0/16 -o eth0 -j MASQUERADE'),
  },
];
