// The topology of a live lab in Graphviz’s language (https://graphviz.org/doc/info/lang.html).
import { machineWord, type Topology } from './topology.ts';

/** An undirected graph: a cluster for each machine, an edge for each cable, port and tunnel. */
export function dotTopology({ machines, segments }: Topology): string {
  const lines = ['graph lab {', '  node [shape=box];', '  rankdir=TB;'];
  for (const machine of machines) {
    const { name, interfaces, pods } = machine;
    lines.push(
      `  subgraph ${quoted(`cluster ${name}`)} {`,
      `    label=${quoted(`${machineWord(machine)} ${name}`)};`,
    );
    for (const { dev, kind, addresses } of interfaces) {
      const shape = kind === 'bridge' ? ', shape=hexagon' : kind === 'vxlan' ? ', style=rounded' : '';
      lines.push(
        `    ${quoted(`${name}/${dev}`)} [label=${quoted([dev, ...addresses].join('\n'))}${shape}];`,
      );
    }
    for (const { name: pod, addresses } of pods) {
      const label = quoted([`pod ${pod}`, ...addresses].join('\n'));
      lines.push(`    ${quoted(pod)} [label=${label}, style=filled];`);
    }
    for (const { dev, master, carrier, vni } of interfaces) {
      if (master !== undefined)
        lines.push(`    ${quoted(`${name}/${master}`)} -- ${quoted(`${name}/${dev}`)};`);
      if (carrier === undefined) continue;
      const ends = `${quoted(`${name}/${dev}`)} -- ${quoted(`${name}/${carrier}`)}`;
      lines.push(`    ${ends} [style=dashed, label=${quoted(`VNI ${vni} in UDP`)}];`);
    }
    for (const { name: pod, cable } of pods) {
      if (cable) lines.push(`    ${quoted(`${name}/${cable.nodeIf}`)} -- ${quoted(pod)} [penwidth=3];`);
    }
    lines.push('  }');
  }
  for (const { name, ends } of segments) {
    lines.push(`  ${name} [shape=hexagon];`);
    for (const { host, dev } of ends) lines.push(`  ${name} -- ${quoted(`${host}/${dev}`)};`);
  }
  return `${[...lines, '}'].join('\n')}\n`;
}

/** Within quotes only quotes and backslashes mean something. */
const quoted = (text: string) =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
