// Why the kernel of a kind cluster holds other rows than that of a lab on netns, each reason with the rows that it is about.
import { isDeepStrictEqual } from 'node:util';
import type { RowDifference } from './host-tables.ts';

/** Reason → whether it is the one for a row, given all of them. */
type Explanations = Readonly<
  Record<string, (difference: RowDifference, all: readonly RowDifference[]) => boolean>
>;

const REASONS: Explanations = {
  'kube-proxy and the kubelet have chains of their own, and rules that lead into them': ({ only, ...rest }) =>
    only === 'kind' && /^KUBE-|^-A \S+ .*-j KUBE-/.test(chainAndRule(rest)),
  'daemons comment the rules they make, as flanneld does (pkg/trafficmngr/iptables): the rule is the same': (
    difference,
    all,
  ) => difference.table === 'netfilter' && hasTwin(difference, all, withoutComment),
  'kube-proxy lets packets to 127.0.0.1 leave, for NodePorts (iptables mode, localhostNodePorts)': ({
    table,
    row,
  }) => table === 'sysctls' && row.name === 'net.ipv4.conf.all.route_localnet',
  'docker answers names in the netns of a container, at its own address': ({ only, ...rest }) =>
    only === 'kind' && /^DOCKER_|-j DOCKER_/.test(chainAndRule(rest)),
  'a table of iptables has its chains from the first question on, all empty': ({ only, table, row }) =>
    only === 'kind' &&
    table === 'netfilter' &&
    / ACCEPT$/.test(`${row.rule}`) &&
    `${row.rule}`.startsWith('-P'),
  'the other end of eth0 is a netns of this machine, which a node cannot name': (difference, all) =>
    difference.table === 'interfaces' &&
    difference.row.name === 'eth0' &&
    hasTwin(difference, all, withoutPeer),
  'nodes talk with the API server and the registry by this machine, their gateway': ({ only, table, row }) =>
    only === 'kind' && table === 'neighbours' && row.dev === 'eth0' && row.state === '<learned>',
  'IPv6 is turned off in a pod that has come up with it, so it no longer listens to all nodes (ff02::1)': ({
    only,
    table,
    row,
  }) => only === 'netns' && table === 'fdb' && row.dev === 'eth0' && row.mac === '33:33:00:00:00:01',
};

/** @returns what no reason is for, and the reasons that were of use */
export function explained(differences: readonly RowDifference[]): {
  readonly unexplained: readonly RowDifference[];
  readonly reasons: readonly string[];
} {
  const reasons = Object.entries(REASONS);
  const why = differences.map(
    (difference) => reasons.find(([, applies]) => applies(difference, differences))?.[0],
  );
  return {
    unexplained: differences.filter((_, index) => why[index] === undefined),
    reasons: [...new Set(why.filter((reason) => reason !== undefined))],
  };
}

type Row = RowDifference['row'];

/** Whether the other one has the same row on that host, but for what `plain` takes out: it is not simply missing. */
function hasTwin(
  { host, only, row }: RowDifference,
  all: readonly RowDifference[],
  plain: (row: Row) => Row,
): boolean {
  return all.some(
    (other) => other.host === host && other.only !== only && isDeepStrictEqual(plain(other.row), plain(row)),
  );
}

/** Without its comment (iptables, xt_comment). */
function withoutComment(row: Row): Row {
  return { ...row, rule: `${row.rule}`.replace(/ -m comment --comment ("[^"]*"|\S+)/, '') };
}

function withoutPeer({ peerIfindex: _, peerNetnsid: __, ...row }: Row): Row {
  return row;
}

function chainAndRule({ table, row }: Pick<RowDifference, 'table' | 'row'>): string {
  if (table !== 'netfilter') return '';
  const chain = `${row.chain}`;
  return chain.startsWith('KUBE-') || chain.startsWith('DOCKER_') ? chain : `${row.rule}`;
}
