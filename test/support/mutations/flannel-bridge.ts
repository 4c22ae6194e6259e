// Lab flannel, what cni0 and the pods at it do, broken one rule at a time.
import { deaf, live, meanwhile, swallowing, sysctl, together, ttl60 } from './breaks.ts';
import type { Beside, Broken, Live, Mutation } from './mutation.ts';

type Row = readonly [
  breaks: string,
  fails: readonly string[],
  broken: Broken,
  beside?: Readonly<Record<string, Beside>>,
];

function mutationsOf(experiment: string, rows: readonly Row[]): readonly Mutation[] {
  return rows.map(([breaks, fails, broken, beside]) => ({
    ...{ breaks, experiment, fails, broken },
    ...(beside && { beside }),
  }));
}

const NODE = 'k3s-server';

/** A flag of a pod's port. */
function port(pod: string, flag: string, value: 'on' | 'off'): Live {
  const set = (to: string) => `bridge link set dev \${${pod}.hostVeth} ${flag} ${to}`;
  return live(NODE, set(value), set(value === 'on' ? 'off' : 'on'));
}
/** Nothing is learned at its port, and what was learned is forgotten. */
const unlearned = (pod: string): Live =>
  together(port(pod, 'learning', 'off'), live(NODE, 'ip link set cni0 type bridge fdb_flush', 'true'));
/** The entry that would be learned is there for good. */
const fixed = (pod: string): Live =>
  live(
    NODE,
    `bridge fdb replace \${${pod}.mac} dev \${${pod}.hostVeth} master static`,
    `bridge fdb del \${${pod}.mac} dev \${${pod}.hostVeth} master; true`,
  );
const known = (at: string, of: string): Live =>
  live(
    at,
    `ip neigh replace \${${of}.address} lladdr \${${of}.mac} dev eth0 nud permanent`,
    `ip neigh del \${${of}.address} dev eth0`,
  );
const otherMac = (pod: string): Live =>
  live(pod, 'ip link set eth0 address 02:00:00:00:00:99', `ip link set eth0 address \${${pod}.mac}`);
/** It has that pod's address, too. */
const claims = (pod: string, of: string): Live =>
  live(pod, `ip address add \${${of}.address}/32 dev lo`, `ip address del \${${of}.address}/32 dev lo`);
const viaGateway = (pod: string, to: string): Live =>
  live(pod, `ip route add \${${to}.address} via 10.42.0.1`, `ip route del \${${to}.address}`);

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

const EVERY_PORT = 'the question is a broadcast and leaves by every port of cni0, that of pod1 too';
const BOTH_ASKED = 'so pod2 and pod3 are both asked';
const ONE_ANSWER = 'one answer comes to the bridge, from pod2, and goes to pod1 only';
const POD1_KEEPS = 'the answer is what pod1 keeps';
const POD2_KEEPS = 'pod2 keeps who asked';
const POD3_NOTHING = 'pod3 heard the question too and keeps nothing';
const LEARNS =
  "cni0 learns each MAC on the port where its first frame came in - pod1's from the question, pod2's from the answer";
const NO_FLOOD = 'nothing but the question is flooded - by the first echo request, cni0 knows both';
const QUESTION_ONLY = 'the port of pod3 sees the question and nothing else';

const firstPing = mutationsOf('first-ping', [
  ['the target answers no echo request', [ANSWERED], deaf('pod2'), { [NO_FLOOD]: 'fail' }],
  ['the port of pod1 gets nothing back of what came in there', [EVERY_PORT], port('pod1', 'hairpin', 'off')],
  [
    'the port of pod3 gets no broadcast',
    [BOTH_ASKED],
    port('pod3', 'bcast_flood', 'off'),
    { [EVERY_PORT]: 'fail', [QUESTION_ONLY]: 'fail' },
  ],
  [
    'cni0 does not learn where pod1 is',
    [ONE_ANSWER, LEARNS],
    unlearned('pod1'),
    { [NO_FLOOD]: 'fail', [QUESTION_ONLY]: 'fail' },
  ],
  [
    'pod2 has another MAC than CNI says',
    [POD1_KEEPS],
    otherMac('pod2'),
    { [ONE_ANSWER]: 'fail', [LEARNS]: 'fail' },
  ],
  ["pod2 knows pod1's MAC for good", [POD2_KEEPS], known('pod2', 'pod1')],
  [
    'pod3 has the address of pod2, too, and keeps its answers to itself',
    [POD3_NOTHING],
    together(
      claims('pod3', 'pod2'),
      live(
        'pod3',
        "nft 'add table arp mute; add chain arp mute out { type filter hook output priority 0; policy drop; }'",
        'nft delete table arp mute',
      ),
    ),
  ],
  ['where pod2 is, cni0 has been told for good', [LEARNS], fixed('pod2')],
  ['cni0 does not learn where pod2 is', [NO_FLOOD, QUESTION_ONLY], unlearned('pod2'), { [LEARNS]: 'fail' }],
]);

const FIRST_FLOODED = "the first request leaves by every port, the sender's own too";
const TEACHES = 'the reply to it teaches cni0 the port of pod2';
const SECOND = 'the second request leaves by the port of pod2 only';
const FIRST_ONLY = 'the port of pod3 sees the first request and nothing else';
const TWICE = "pod1's own port has the first request twice, in and out again, and the second once";
const REPLIES = "replies go to pod1's port only, since its MAC was never forgotten";
const NOBODY_ASKED = 'nobody asked anything';
const NOTHING_NEW = 'and no pod learned anything new';

const flood = mutationsOf('flood', [
  [
    'the port of pod1 gets nothing back of what came in there',
    [FIRST_FLOODED, TWICE],
    port('pod1', 'hairpin', 'off'),
  ],
  [
    'the port of pod3 gets no frames for unknown MACs',
    [FIRST_FLOODED, FIRST_ONLY],
    port('pod3', 'flood', 'off'),
    { [NOBODY_ASKED]: 'inconclusive' },
  ],
  [
    'cni0 does not learn where pod2 is',
    [TEACHES, SECOND],
    together(unlearned('pod2'), fixed('pod2')),
    { [FIRST_ONLY]: 'fail', [TWICE]: 'fail' },
  ],
  ['cni0 does not learn where pod1 is', [REPLIES], unlearned('pod1'), { [FIRST_ONLY]: 'fail' }],
  [
    'pod3 asks for somebody all the while',
    [NOBODY_ASKED],
    together(
      sysctl('pod3', 'neigh/eth0/retrans_time_ms', 20, 1000),
      meanwhile('pod3', 'asking', 'exec ping -n -i 0.1 10.42.0.200'),
    ),
    { [FIRST_ONLY]: 'fail' },
  ],
  [
    'pod3 comes to know one more all the while',
    [NOTHING_NEW],
    together(
      live('pod3', 'true', 'ip neigh flush dev eth0'),
      meanwhile(
        'pod3',
        'knowing',
        'for i in $(seq 20 250); do ip neigh replace 10.42.0.$i lladdr 02:00:00:00:00:77 dev eth0 nud reachable; sleep 0.1; done',
      ),
    ),
  ],
]);

const POD2_AGES = "pod2's entry comes with its answer and goes a second after its last frame";
const POD1_AGES = "so does pod1's";
const REMEMBER = 'the pods remember each other longer than that';

/** Somebody deletes it as soon as it is there. */
const deleting = (pod: string) =>
  meanwhile(
    NODE,
    'deleting',
    `while :; do bridge fdb del \${${pod}.mac} dev \${${pod}.hostVeth} master; sleep 0.05; done`,
  );

const ageing = mutationsOf('ageing', [
  ["pod2's entry is deleted as soon as it is there", [POD2_AGES], deleting('pod2')],
  ["pod1's entry is deleted as soon as it is there", [POD1_AGES], deleting('pod1')],
  [
    'pod1 forgets its neighbours a third of a second after it has come to know pod2',
    [REMEMBER],
    meanwhile(
      'pod1',
      'forgetting',
      'while :; do ip neigh show to ${pod2.address} nud reachable | grep -q . && sleep 0.3 && ip neigh flush dev eth0; sleep 0.05; done',
    ),
  ],
]);

const noise = mutationsOf('fdb-before-ping', [
  [
    'a node keeps its multicast noise to itself',
    ['its multicast noise alone teaches cni0 its MAC'],
    live(NODE, 'ip6tables -w -I OUTPUT -o noisy -j DROP', 'ip6tables -w -D OUTPUT -o noisy -j DROP'),
  ],
]);

export const BRIDGE_MUTATIONS: readonly Mutation[] = [
  ...journey,
  ...arp,
  ...firstPing,
  ...flood,
  ...ageing,
  ...noise,
];
