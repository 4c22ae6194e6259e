// Plan → the shell script that makes a node look like it, whatever it looks like now. Few processes: batches throughout.
import { shellWord } from '../../../util/shell-quote.ts';
import type { ChainPlan, NodePlan, RoutePlan, VxlanPlan } from './node-plan.ts';
import { plannedBridges } from './planned-bridges.ts';

/**
 * @param old what was applied before: parts of it that `plan` does not have are removed
 */
export function applyScript(plan: NodePlan, old: NodePlan | undefined): string {
  return [
    'set -e',
    ...removals(plan, old),
    ...(plan.vxlan ? [vxlanScript(plan.vxlan)] : []),
    batch(
      'ip',
      plan.neighbours.map(
        ({ dst, mac, dev }) => `neigh replace ${dst} lladdr ${mac} dev ${dev} nud permanent`,
      ),
    ),
    batch(
      'bridge',
      plan.fdb.map(({ mac, dev, dst }) => `fdb replace ${mac} dev ${dev} dst ${dst} self permanent`),
    ),
    batch(
      'ip',
      plan.routes.map((route) => `route replace ${routeWords(route)}`),
    ),
    ...plan.chains.map(chainScript),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** Removes what `old` made of the node and `plan` does not have. What is gone already is no error. */
export function replacedScript(plan: NodePlan, old: NodePlan): string {
  return removals(plan, old)
    .filter((part) => part !== '')
    .join('\n');
}

function removals(plan: NodePlan, old: NodePlan | undefined): string[] {
  if (old === undefined) return [];
  const gone = <T>(was: readonly T[], now: readonly T[], key: (item: T) => string): readonly T[] => {
    const kept = new Set(now.map(key));
    return was.filter((item) => !kept.has(key(item)));
  };
  const files = gone(
    [...old.files, ...old.lastFiles],
    [...plan.files, ...plan.lastFiles],
    (file) => file.path,
  );
  const routes = gone(old.routes, plan.routes, (route) => route.dst);
  const neighbours = gone(old.neighbours, plan.neighbours, ({ dst, dev }) => `${dst} ${dev}`);
  const fdb = gone(old.fdb, plan.fdb, ({ mac, dev }) => `${mac} ${dev}`);
  const chains = gone(old.chains, plan.chains, ({ family, table, chain }) =>
    [family, table, chain].join(' '),
  );
  return [
    files.length > 0 ? `rm -f ${files.map((file) => shellWord(file.path)).join(' ')}` : '',
    // What somebody has removed already is no error here.
    batch(
      'ip',
      routes.map((route) => `route del ${route.dst}`),
      true,
    ),
    batch(
      'ip',
      neighbours.map(({ dst, dev }) => `neigh del ${dst} dev ${dev}`),
      true,
    ),
    batch(
      'bridge',
      fdb.map(({ mac, dev }) => `fdb del ${mac} dev ${dev} self`),
      true,
    ),
    ...chains.map(removeChainScript),
    old.vxlan && old.vxlan.dev !== plan.vxlan?.dev ? `ip link del ${old.vxlan.dev} 2> /dev/null || true` : '',
    // It has the gateway's address and the route to the pods, and the one in its place would have them as well.
    ...gone(plannedBridges(old), plannedBridges(plan), (name) => name).map(
      (name) => `ip link del ${shellWord(name)} 2> /dev/null || true`,
    ),
  ];
}

/** Creates the device, or replaces one whose unchangeable properties differ (flannel does the same). */
function vxlanScript({ dev, vni, port, local, mac, mtu, address }: VxlanPlan): string {
  const same = `ip -d link show ${dev} 2> /dev/null | grep -q 'vxlan id ${vni} local ${local} dev eth0 .*dstport ${port} '`;
  return [
    `if ! ${same}; then`,
    `  ip link del ${dev} 2> /dev/null || true`,
    `  ip link add ${dev} type vxlan id ${vni} local ${local} dev eth0 dstport ${port} nolearning`,
    'fi',
    batch('ip', [
      `link set ${dev} address ${mac} mtu ${mtu}`,
      `addr replace ${address} dev ${dev}`,
      `link set ${dev} up`,
    ]),
  ].join('\n');
}

export function routeWords({ dst, via, dev, onlink }: RoutePlan): string {
  return `${dst} via ${via} dev ${dev}${onlink ? ' onlink' : ''}`;
}

/** iptables or its sister for IPv6. */
const toolOf = ({ family }: ChainPlan) => (family === 'ip6' ? 'ip6tables' : 'iptables');

function chainScript(plan: ChainPlan): string {
  const { table, chain, from, jumpMatch, rules } = plan;
  const tool = toolOf(plan);
  const jump = [from, jumpMatch, '-j', chain].filter((part) => part !== '').join(' ');
  return [
    `jump=; ${tool} -t ${table} -C ${jump} 2> /dev/null || jump='-A ${jump}'`,
    `${tool}-restore --noflush <<END`,
    `*${table}`,
    `:${chain} - [0:0]`,
    ...rules.map((rule) => `-A ${chain} ${rule}`),
    '$jump',
    'COMMIT',
    'END',
  ].join('\n');
}

function removeChainScript(plan: ChainPlan): string {
  const { table, chain, from, jumpMatch } = plan;
  const jump = [from, jumpMatch, '-j', chain].filter((part) => part !== '').join(' ');
  return [`-D ${jump}`, `-F ${chain}`, `-X ${chain}`]
    .map((words) => `${toolOf(plan)} -t ${table} ${words} 2> /dev/null || true`)
    .join('\n');
}

function batch(tool: 'ip' | 'bridge', lines: readonly string[], force = false): string {
  if (lines.length === 0) return '';
  const command = force ? `${tool} -force -batch - 2> /dev/null || true` : `${tool} -batch -`;
  return [
    force ? `{ ${tool} -force -batch - 2> /dev/null || true; } <<END` : `${command} <<END`,
    ...lines,
    'END',
  ].join('\n');
}
