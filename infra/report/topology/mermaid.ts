// The topology of a live lab as a Mermaid flowchart.
import { mermaidId as id } from '../mermaid-text.ts';
import { machineWord, type Topology, type TopologyInterface } from './topology.ts';

/**
 * Nodes with their interfaces, pods with their eth0, a thick line for each veth pair and a thin one from a port to its
 * bridge; nodes are joined through their uplinks. Interfaces that no packet of a pod passes (lo) are left out.
 */
export function mermaidTopology({ machines, segments }: Topology): string {
  const pods = machines.flatMap((machine) => machine.pods);
  const lines = ['graph TB'];
  for (const machine of machines) {
    lines.push(`  subgraph ${id(machine.name)}["${machineWord(machine)} ${machine.name}"]`);
    for (const row of machine.interfaces) lines.push(`    ${shape(row)}`);
    for (const { host, dev, master } of machine.interfaces) {
      if (master !== undefined) lines.push(`    ${id(host, master)} --- ${id(host, dev)}`);
    }
    for (const { host, dev, vni, carrier } of machine.interfaces) {
      if (carrier !== undefined) {
        lines.push(`    ${id(host, dev)} -. "VNI ${vni} in UDP" .- ${id(host, carrier)}`);
      }
    }
    lines.push('  end');
  }
  for (const { name, addresses } of pods) {
    lines.push(`  subgraph ${id(name)}["pod ${name}"]`);
    lines.push(`    ${id(name, 'eth0')}["${['eth0', ...addresses].join(' ')}"]`, '  end');
  }
  for (const { name, node, cable } of pods) {
    if (cable) lines.push(`  ${id(node, cable.nodeIf)} === ${id(name, cable.podIf)}`);
  }
  for (const { name, ends } of segments) {
    lines.push(`  ${name}{{${name}}}`);
    for (const { host, dev } of ends) lines.push(`  ${name} --- ${id(host, dev)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Bridges and VXLAN devices look different from cables' ends. */
function shape({ host, dev, kind, addresses }: TopologyInterface): string {
  const key = id(host, dev);
  const text = `"${[dev, ...addresses].join(' ')}"`;
  if (kind === 'bridge') return `${key}{{${text}}}`;
  return kind === 'vxlan' ? `${key}([${text}])` : `${key}[${text}]`;
}
