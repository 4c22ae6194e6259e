// A pod under its end of the cable on the machine, with the cable between them.
import type { Density } from './density.ts';
import type { Box, Line } from './drawing.ts';
import { FACT, interfaceBox } from './interface-box.ts';
import { fitted, textWidth } from './text-size.ts';
import type { TopologyInterface, TopologyPod } from './topology.ts';

const POD_HEAD = 20;
const NARROWEST_POD = 104;
const WIDEST_POD = 176;

/** Of every pod of a lab alike, so that columns are in line. */
export function podWidth(pods: readonly TopologyPod[]): number {
  const widest = pods.map(({ name, addresses, cable }) =>
    Math.max(
      textWidth(name, 'name'),
      ...addresses.map((address) => textWidth(address, 'fact')),
      textWidth(cable?.nodeIf ?? '', 'fact'),
    ),
  );
  return Math.min(WIDEST_POD, Math.max(NARROWEST_POD, ...widest.map((width) => width + 16)));
}

/** Of all pods of a machine alike. */
export const tileHeight = (pods: readonly TopologyPod[], { veth, cable }: Density): number =>
  veth + cable + POD_HEAD + Math.max(1, ...pods.map(({ addresses }) => addresses.length)) * FACT + 6;

/** @returns the key of the node's end, which a line is to lead to */
export function podTile(
  { name, node, addresses, cable }: TopologyPod,
  { x, y, width, height }: Pick<Box, 'x' | 'y' | 'width' | 'height'>,
  density: Density,
  boxes: Box[],
  lines: Line[],
): string | undefined {
  const top = y + density.veth + density.cable;
  const devs = cable === undefined ? 'in its node’s network' : cable.podIf;
  const place = `on ${node}, ${devs}`;
  const shown = fitted(name, 'name', width - 14);
  boxes.push({
    ...{ key: name, kind: 'pod', x, y: top, width, height: y + height - top },
    lines: [
      { text: shown, dx: 8, dy: 16, style: 'name' },
      ...addresses.map((text, index) => ({
        text: fitted(text, 'fact', width - 12),
        ...{ dx: 8, dy: POD_HEAD + 11 + index * FACT, style: 'fact' as const },
      })),
    ],
    label: shown === name ? `pod ${place}` : `pod ${name} ${addresses.join(' ')} ${place}`,
  });
  if (cable === undefined) return undefined;
  const key = `${node}/${cable.nodeIf}`;
  const text = fitted(cable.nodeIf, 'fact', width - 12);
  boxes.push({
    ...{ key, kind: 'veth', x, y, width, height: density.veth },
    lines: density.vethNames ? [{ text, dx: 8, dy: 14, style: 'fact' }] : [],
    label: `veth ${cable.nodeIf} on ${node}, the other end of ${name}’s ${cable.podIf}`,
  });
  const middle = x + width / 2;
  lines.push({
    kind: 'cable',
    points: [
      [middle, y + density.veth],
      [middle, top],
    ],
    joins: [key, name],
  });
  return key;
}

/** A port of a bridge that leads to no pod we know of. @returns its key */
export function portTile(
  port: TopologyInterface,
  x: number,
  y: number,
  width: number,
  { veth, vethNames }: Density,
  boxes: Box[],
): string {
  const box = interfaceBox(port, 'veth', x, y, width, veth);
  boxes.push(vethNames ? box : { ...box, lines: [] });
  return box.key;
}
