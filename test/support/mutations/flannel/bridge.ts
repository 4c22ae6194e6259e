// Lab flannel, how a packet crosses cni0, broken one rule at a time.
import { deaf, meanwhile, swallowing, ttl60 } from '../breaks.ts';
import type { Mutation } from '../mutation.ts';
import { claims, known, mutationsOf, NODE, otherMac, port, unlearned, viaGateway } from './ports.ts';

const REQUEST = "a request passes pod1's veth, then cni0, then pod2's veth, and keeps its TTL";
const REPLY = 'a reply takes the same way back';
const MACS = 'a request keeps its MACs from end to end';
const ANSWERED = 'every request is answered';
const FORETOLD = "every packet is seen wherever the kernel's tables say, and nowhere else";
const ARP_TO_ALL = "an uninvolved pod's port sees the ARP request, which goes to all";
const NO_ECHOES = 'and none of the echoes';
const NOTHING_LOST = 'no tap lost a packet';

const journey = mutationsOf('bridge-journey', [
  ['the target answers no echo request', [ANSWERED], deaf('pod2'), { [REPLY]: 'fail' }],
  [
    'a queue swallows what goes to the target',
    [FORETOLD],
    swallowing(NODE, '${pod2.hostVeth}'),
    { [ANSWERED]: 'fail', [REQUEST]: 'fail', [REPLY]: 'fail', [MACS]: 'fail' },
  ],
  ['a pod sends with another TTL than Linux does by default', [REQUEST], ttl60('pod1')],
  ['the target sends replies by the gateway', [REPLY], viaGateway('pod2', 'pod1')],
  ['a pod sends to its neighbour by the gateway', [MACS], viaGateway('pod1', 'pod2'), { [REQUEST]: 'fail' }],
  [
    'the port of pod3 gets no broadcast',
    [ARP_TO_ALL],
    port('pod3', 'bcast_flood', 'off'),
    // Nothing is foretold to come there, so nobody listens.
    { [NO_ECHOES]: 'inconclusive' },
  ],
  [
    'taps are stopped while more comes than the kernel keeps for them',
    [NOTHING_LOST],
    meanwhile(
      'pod1',
      'flooding',
      [
        'until [ $(wc -l < /proc/net/packet) -gt 1 ]; do sleep 0.01; done',
        'for burst in 1 2 3 4; do kill -STOP $(busybox pidof tcpdump)',
        'perl -MSocket -e "socket S, PF_INET, SOCK_DGRAM, 17; send S, 1, 0, sockaddr_in(9, inet_aton(q(${pod2.address}))) for 1 .. 4000"',
        'kill -CONT $(busybox pidof tcpdump); sleep 0.1; done',
      ].join('; '),
    ),
    // What was seen is not all there was.
    Object.fromEntries(
      [FORETOLD, REQUEST, REPLY, MACS, ARP_TO_ALL, NO_ECHOES].map((name) => [name, 'inconclusive' as const]),
    ),
  ],
  ['cni0 does not learn where pod2 is', [NO_ECHOES], unlearned('pod2'), { [REQUEST]: 'fail' }],
]);

const ARP_EVERYWHERE = 'the request is a broadcast and reaches every port of cni0';
const ONE_ANSWERS = 'pod2 answers, nobody else';
const ANSWER_TO_ONE = 'the answer goes to the port of pod1 only';
const NOTHING_KNOWN = 'now it knows nothing of pod2';
const MAC_KNOWN = "and it knows pod2's MAC";

const arp: readonly Mutation[] = [
  ...mutationsOf('arp', [
    [
      'the port of pod3 gets no broadcast',
      [ARP_EVERYWHERE],
      port('pod3', 'bcast_flood', 'off'),
      { [ANSWER_TO_ONE]: 'inconclusive' },
    ],
    ['pod3 has the address of pod2, too', [ONE_ANSWERS], claims('pod3', 'pod2'), { [ANSWER_TO_ONE]: 'fail' }],
    ['cni0 does not learn where pod1 is', [ANSWER_TO_ONE], unlearned('pod1')],
  ]),
  ...mutationsOf('arp-cache', [
    ["pod1 knows pod2's MAC for good", [NOTHING_KNOWN], known('pod1', 'pod2')],
    ['pod2 has another MAC than CNI says', [MAC_KNOWN], otherMac('pod2')],
  ]),
];

export const BRIDGE_MUTATIONS: readonly Mutation[] = [...journey, ...arp];
