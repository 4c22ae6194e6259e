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
  rules: ['priority', 'src', 'dst', 'table', 'fwmark'],
  neighbours: ['dst', 'dev', 'mac', 'state'],
  fdb: ['mac', 'dev', 'master', 'dst', 'vlan', 'flags', 'learned', 'meaning'],
  qdiscs: ['dev', 'kind', 'handle', 'parent', 'rateBps', 'burstBytes'],
  netfilter: ['family', 'table', 'chain', 'rule'],
  sysctls: ['name', 'value'],
  cniConfig: ['file', 'picked', 'why', 'content'],
  leases: ['network', 'address', 'containerId', 'ifName', 'path'],
  nodes: ['name', 'role', 'address', 'podCIDR'],
  pods: ['name', 'node', 'address', 'mac', 'hostVeth', 'netns', 'pid'],
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
  attachments: ['pod', 'node', 'network', 'containerId', 'ifName', 'address', 'cached', 'lease', 'inKernel'],
  cniCalls: ['command', 'node', 'pod', 'plugin', 'order', 'exitCode', 'durationMs'],
} as const satisfies Readonly<Record<Table, readonly string[]>>;

/** Tables that only a node has: they are files of the runtime, not of the kernel. */
export const nodeOnlyTables: readonly string[] = ['cniConfig', 'leases'];

/** First step of `select` for the experiments that observe something of their own. */
export const observedFields = {
  ping: ['from', 'to', 'transmitted', 'received', 'lossPercent', 'duplicates', 'replies', 'errors'],
  capture: ['ping', 'taps', 'packets', 'paths'],
  journey: ['ping', 'taps', 'journeys', 'packets', 'noise', 'evidence'],
  diagnose: ['causes', 'flows', 'undecided'],
} as const;
