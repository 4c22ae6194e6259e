// Lab flannel, who learns what from which frame and forgets it, broken one rule at a time.
import { deaf, live, meanwhile, sysctl, together } from '../breaks.ts';
import type { Mutation } from '../mutation.ts';
import { claims, fixed, known, mutationsOf, NODE, otherMac, port, unlearned } from './ports.ts';

const ANSWERED = 'every request is answered';
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

export const LEARNING_MUTATIONS: readonly Mutation[] = [...firstPing, ...flood, ...ageing, ...noise];
