// The topology of a live lab as a Mermaid flowchart: drawn from what the kernel has, for any network.
import type { HostSnapshot, InterfaceRow, LabSnapshot } from '../observe/snapshot.ts';
import { mermaidId as id } from './mermaid-text.ts';

/** What joins hosts: made with them, and known by who made their interfaces. */
const SEGMENTS = ['underlay', 'outside'] as const;

/**
 * Nodes with their interfaces, pods with their eth0, a thick line for each veth pair and a thin one from a port to its
 * bridge; nodes are joined through their uplinks. Interfaces that no packet of a pod passes (lo) are left out.
 */
export function mermaidTopology(lab: LabSnapshot): string {
  const lines = ['graph TB'];
  const cables: Record<(typeof SEGMENTS)[number], string[]> = { underlay: [], outside: [] };
  for (const { name: node, role } of lab.nodes) {
    const host = lab.hosts[node];
    if (host === undefined) continue;
    const shown = host.interfaces.filter(({ kind }) => kind !== 'loopback');
    lines.push(
      `  subgraph ${id(node)}["${role === 'router' ? role : role === 'outside' ? 'host' : 'node'} ${node}"]`,
    );
    for (const row of shown) lines.push(`    ${shape(id(node, row.name), row, host)}`);
    for (const { name, master } of shown) {
      if (master !== undefined) lines.push(`    ${id(node, master)} --- ${id(node, name)}`);
    }
    const vxlan = shown.find(({ kind }) => kind === 'vxlan');
    const carrier = vxlan?.details.dev;
    if (vxlan && carrier !== undefined) {
      lines.push(
        `    ${id(node, vxlan.name)} -. "VNI ${vxlan.details.id} in UDP" .- ${id(node, String(carrier))}`,
      );
    }
    lines.push('  end');
    for (const segment of SEGMENTS)
      cables[segment].push(
        ...shown.filter(({ creator }) => creator === segment).map(({ name }) => id(node, name)),
      );
  }
  for (const { name: pod, address, address6 = '' } of lab.pods) {
    const label = `eth0 ${address} ${address6}`.trimEnd();
    lines.push(`  subgraph ${id(pod)}["pod ${pod}"]`, `    ${id(pod, 'eth0')}["${label}"]`, '  end');
  }
  for (const { pod, podIf, node, nodeIf } of lab.veths) {
    lines.push(`  ${id(node, nodeIf)} === ${id(pod, podIf)}`);
  }
  for (const segment of SEGMENTS) {
    if (cables[segment].length < 2) continue;
    lines.push(`  ${segment}{{${segment}}}`);
    for (const end of cables[segment]) lines.push(`  ${segment} --- ${end}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Bridges and VXLAN devices look different from cables' ends. */
function shape(key: string, { name, kind }: InterfaceRow, { addresses }: HostSnapshot): string {
  const own = addresses.filter(({ dev, family, scope }) => dev === name && isShown(family, scope));
  const text = `"${[name, ...own.map(({ address, prefix }) => `${address}/${prefix}`)].join(' ')}"`;
  if (kind === 'bridge') return `${key}{{${text}}}`;
  return kind === 'vxlan' ? `${key}([${text}])` : `${key}[${text}]`;
}

/** The kernel makes a link-local address for every interface: no fact about the lab. */
const isShown = (family: string, scope: string) => family === 'inet' || scope === 'global';
