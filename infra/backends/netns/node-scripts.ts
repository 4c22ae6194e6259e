// Shell text that makes nodes and the underlay between them; run by the keeper, or later in the keeper's namespaces.
import type { Lab, LabNode } from '../../lab/lab.ts';
import { shellWord } from '../../util/shell-quote.ts';
import type { ClusterSpec } from '../backend.ts';
import { scriptText } from './script-text.ts';
import { syscallNumbers } from './syscalls.ts';

/** Name of the underlay's bridge in the sandbox's own network namespace. */
export const UNDERLAY = 'underlay';

/**
 * Creates the bridge that stands for the network between the nodes. The sandbox itself has its first address, unless a
 * router is to have it.
 */
export function underlayScript({ underlay, outside }: Pick<ClusterSpec, 'underlay' | 'outside'>): string {
  return [
    IPV6_OFF,
    'ip -batch - <<END',
    'link set lo up',
    `link add ${UNDERLAY} type bridge stp_state 0 mcast_snooping 0`,
    ...(outside ? [] : [`addr add ${gatewayAddress(underlay)} dev ${UNDERLAY}`]),
    `link set ${UNDERLAY} up`,
    'END',
    ...(underlay.cidr6 ? ipv6Underlay(underlay) : []),
  ].join('\n');
}

/** Ports of the bridge say nothing of their own in any lab. */
const IPV6_OFF =
  '[ ! -d /proc/sys/net/ipv6 ] || for i in all default; do echo 1 > "/proc/sys/net/ipv6/conf/$i/disable_ipv6"; done';

/** The bridge alone has IPv6. Nobody else has the gateway's address, so it need not be looked for (nodad). */
function ipv6Underlay({ cidr6 = '', gateway6 }: Lab['underlay']): readonly string[] {
  return [
    'cd /proc/sys/net/ipv6/conf',
    `for i in accept_dad accept_ra autoconf router_solicitations; do echo 0 > ${UNDERLAY}/$i; done`,
    `for i in lo ${UNDERLAY}; do echo 0 > $i/disable_ipv6; done`,
    'cd /',
    `ip address add ${gateway6}/${cidr6.split('/')[1]} dev ${UNDERLAY} nodad`,
  ];
}

/** With prefix length. */
export function gatewayAddress({ cidr, gateway }: Lab['underlay']): string {
  return `${gateway}/${cidr.split('/')[1]}`;
}

/** Creates nodes and plugs them into the underlay. Prints "node NAME PID" for each. */
export function nodesScript(nodes: readonly LabNode[], underlay: Lab['underlay']): string {
  if (nodes.length === 0) return '';
  const prefix = underlay.cidr.split('/')[1];
  const { cidr6 } = underlay;
  const lines = [
    startScript(nodes, cidr6 !== undefined),
    'ip -batch - <<END',
    ...nodes.flatMap(plugInLines),
    'END',
  ];
  for (const node of nodes) {
    lines.push(`nsenter -t ${pidOf(node)} -n ip -batch - <<END`);
    lines.push('link set lo up', `addr add ${node.address}/${prefix} dev eth0`, 'link set eth0 up');
    lines.push(`route add default via ${underlay.gateway}`);
    if (cidr6) {
      lines.push(`addr add ${node.address6}/${cidr6.split('/')[1]} dev eth0 nodad`);
      lines.push(`route add default via ${underlay.gateway6}`);
    }
    lines.push('END');
  }
  return lines.join('\n');
}

interface Named {
  readonly name: string;
}

/** Starts a keeper for each, with namespaces of its own; afterwards {@link pidOf} is its PID. */
export function startScript(hosts: readonly Named[], ipv6 = false): string {
  const lines = [`node=${shellWord(scriptText('node.pl'))}`, '{'];
  // All start at once; the reader ends when each has let go of its output.
  for (const { name } of hosts)
    lines.push(`perl -e "$node" ${syscallNumbers().join(' ')} ${name}${ipv6 ? ' ipv6' : ''} < /dev/null &`);
  lines.push('} | cat');
  for (const { name } of hosts) lines.push(`read -r ${pidVariable(name)} < /lab/node-${name}`);
  return lines.join('\n');
}

/** For `ip -batch`: a cable from the underlay's bridge to the host's eth0. */
export function plugInLines(host: Named): readonly string[] {
  // Named after the host's PID: no two that live at the same time share one.
  const port = `port${pidOf(host)}`;
  return [
    `link add ${port} type veth peer name eth0 netns ${pidOf(host)}`,
    `link set ${port} master ${UNDERLAY} up`,
  ];
}

/** In the shell text after {@link startScript}: the PID of a host's keeper. */
export function pidOf({ name }: Named): string {
  return `$${pidVariable(name)}`;
}

/** Ends nodes: their keepers die, and with the last process in it each network namespace goes, ports included. */
export function endNodesScript(names: readonly string[]): string {
  return names
    .map((name) => `read -r pid < /lab/node-${name} && kill -KILL "$pid"; rm -f /lab/node-${name}`)
    .join('\n');
}

/** A shell variable for a node's PID; node names may hold characters that variables may not. */
function pidVariable(name: string): string {
  return `pid_${name.replaceAll('-', '_')}`;
}
