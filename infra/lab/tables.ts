// Columns of the observed tables, so that a misspelt one is found when the lab is read, not when it has run.
import type { hostTables, labTables } from './schema.ts';

type Table = (typeof hostTables)[number] | (typeof labTables)[number];

/** Names as in infra/observe/snapshot.ts; a test holds the two together. */
export const tableColumns = {
  interfaces: [
    'name',
    'ifindex',
    'peerIfindex',
    'peerNetnsid',
    'kind',
    'mac',
    'mtu',
    'state',
    'up',
    'master',
    'details',
    'creator',
  ],
  addresses: ['dev', 'family', 'address', 'prefix', 'scope'],
  routes: [
    'dst',
    'via',
    'dev',
    'src',
    'scope',
    'protocol',
    'table',
    'type',
    'onlink',
    'metric',
    'family',
    'nexthops',
  ],
  rules: ['priority', 'src', 'dst', 'table', 'fwmark', 'family'],
  neighbours: ['dst', 'dev', 'mac', 'state', 'family'],
  fdb: ['mac', 'dev', 'master', 'dst', 'vlan', 'flags', 'learned', 'meaning'],
  qdiscs: ['dev', 'kind', 'handle', 'parent', 'rateBps', 'burstBytes'],
  netfilter: ['family', 'table', 'chain', 'rule'],
  sysctls: ['name', 'value'],
  cniConfig: ['file', 'picked', 'why', 'content'],
  leases: ['network', 'address', 'containerId', 'ifName', 'path'],
  nodes: ['name', 'role', 'address', 'podCIDR', 'address6', 'podCIDR6', 'inKernel'],
  pods: ['name', 'node', 'address', 'address6', 'mac', 'hostVeth', 'netns', 'pid'],
  containers: ['pod', 'node', 'name', 'id', 'pid', 'netns'],
  veths: [
    'pod',
    'node',
    'podIf',
    'podIfindex',
    'podPeerIfindex',
    'nodeIf',
    'nodeIfindex',
    'nodePeerIfindex',
    'nodeNetnsid',
    'podNetns',
    'nodeNetns',
    'master',
    'provenBy',
    'matches',
  ],
  attachments: [
    ...['pod', 'node', 'network', 'containerId', 'ifName', 'address', 'address6'],
    ...['cached', 'lease', 'inKernel'],
  ],
  cniCalls: ['command', 'node', 'pod', 'plugin', 'order', 'exitCode', 'durationMs', 'runtimeConfig'],
} as const satisfies Readonly<Record<Table, readonly string[]>>;

/** Tables that only a node has: they are files of the runtime, not of the kernel. */
export const nodeOnlyTables: readonly string[] = ['cniConfig', 'leases'];

/** First step of `select` for the experiments that observe something of their own. */
export const observedFields = {
  ping: ['from', 'to', 'transmitted', 'received', 'lossPercent', 'duplicates', 'replies', 'errors'],
  mesh: ['asked', 'answered', 'pairs', 'unanswered', 'byNode', 'rtt'],
  capture: ['ping', 'traffic', 'taps', 'packets', 'paths'],
  journey: ['ping', 'taps', 'journeys', 'packets', 'noise', 'evidence'],
  diagnose: ['causes', 'flows', 'undecided'],
  learning: ['ping', 'taps', 'packets', 'changes', 'bridged', 'notObserved'],
} as const;

/** Columns of what a learning experiment observes: of every change, of each table's own rows, and of bridged frames. */
export const learningColumns = {
  changes: [
    ...[
      'host',
      'table',
      'change',
      'text',
      'seenBy',
      'ns',
      'causedBy',
      'perhaps',
      'why',
      'aged',
      'lastFrame',
      'was',
    ],
    ...['mac', 'dev', 'master', 'dst', 'vlan', 'flags', 'state'],
    ...['protocol', 'src', 'srcPort', 'dstPort', 'icmp', 'reply', 'replied'],
  ],
  bridged: [
    ...['packet', 'seq', 'ns', 'host', 'bridge', 'in', 'out', 'flooded', 'unclear'],
    ...['ethSrc', 'ethDst', 'src', 'dst'],
  ],
} as const;
