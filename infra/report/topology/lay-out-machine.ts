// The inside of one machine: uplinks and tunnels above, its routing as a bar, bridges below it, and pods hanging under them.

import { count } from '../words.ts';
import type { Box, Line, TextLine } from './drawing.ts';
import { fitted, textWidth } from './text-size.ts';
import { machineWord, type TopologyInterface, type TopologyMachine, type TopologyPod } from './topology.ts';

const PADDING = 14;
const HEAD = 30;
const CHIP = 36;
const CHIP_GAP = 24;
/** Uplinks and tunnels in one row, where the pods below them leave the choice. */
const CHIPS_ACROSS = 290;
const BAR = 24;
const BETWEEN = 16;
/** Between two columns of pods: the trunk that leads to the lower rows is in it. */
const GUTTER = 20;
const POD_HEAD = 20;
const FACT = 14;
const NARROWEST_POD = 104;
const WIDEST_POD = 176;

/** How much room a pod gets, pixels. */
export interface Density {
  /** Height of the node's end of its cable. */
  readonly veth: number;
  /** Whether that end's name is written on it. */
  readonly vethNames: boolean;
  readonly cable: number;
  readonly rowGap: number;
}

export const ROOMY: Density = { veth: 20, vethNames: true, cable: 9, rowGap: 14 };
/** For so many pods that a name for every cable would be in the way; it is told when the cable is chosen. */
export const DENSE: Density = { veth: 10, vethNames: false, cable: 5, rowGap: 9 };

export interface MachineLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  /** Where a line from a segment arrives, by interface: the left edge of its box. */
  readonly uplinks: ReadonlyMap<string, readonly [x: number, y: number]>;
}

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

/** At (0, 0). @param columns of pods side by side @param least width */
export function layOutMachine(
  machine: TopologyMachine,
  columns: number,
  podW: number,
  density: Density,
  least = 0,
): MachineLayout {
  const { name: host, interfaces, pods } = machine;
  const boxes: Box[] = [];
  const lines: Line[] = [];
  const uplinks = new Map<string, readonly [number, number]>();
  const cabled = new Set(pods.flatMap(({ cable }) => cable?.nodeIf ?? []));
  const own = interfaces.filter(({ dev }) => !cabled.has(dev));
  const bridges = own.filter(({ kind }) => kind === 'bridge');
  const chips = own.filter(({ kind, master }) => kind !== 'bridge' && master === undefined);
  const orphans = own.filter(({ master }) => master !== undefined);

  const title = machineWord(machine) === host ? host : `${machineWord(machine)} ${host}`;
  const chipWidth = (chip: TopologyInterface) =>
    Math.max(
      96,
      ...[chip.dev, ...chip.addresses].map((text) => textWidth(text, 'fact') + 16),
      chip.vni === undefined ? 0 : textWidth(`VNI ${chip.vni} in UDP`, 'fact'),
    );
  const across = Math.max(1, Math.min(columns, Math.max(pods.length, 1)));
  const grid = across * (podW + GUTTER);
  const range = machine.podCIDR === '' ? '' : `pods ${machine.podCIDR}`;
  const head = textWidth(title, 'title') + (range === '' ? 0 : 12 + textWidth(range, 'fact'));
  const room = Math.max(grid + CHIP_GAP, CHIPS_ACROSS, least - 2 * PADDING);
  const chipRows = inRows(chips, chipWidth, room);
  const chipRow = Math.max(...chipRows.map((row) => rowWidth(row, chipWidth)));
  const inner = Math.max(grid, chipRow, head, 180, least - 2 * PADDING);
  const width = inner + 2 * PADDING;
  let y = HEAD;

  for (const [index, row] of chipRows.entries()) {
    let x = PADDING;
    if (index > 0) y += BETWEEN;
    for (const chip of row) {
      const w = chipWidth(chip);
      const kind = chip.kind === 'vxlan' ? 'vxlan' : isUplink(chip) ? 'uplink' : 'interface';
      boxes.push(interfaceBox(chip, kind, x, y, w, chipHeight(chip)));
      if (kind === 'uplink') uplinks.set(chip.dev, [x, y + 12]);
      x += w + CHIP_GAP;
    }
    y += Math.max(0, ...row.map(chipHeight));
  }
  const place = (dev: string) => boxes.find(({ key }) => key === `${host}/${dev}`);
  for (const { dev, carrier, vni } of chips) {
    const [from, to] = [place(dev), carrier === undefined ? undefined : place(carrier)];
    if (from === undefined || to === undefined) continue;
    const level = from.y + 12;
    const [a, b] = from.x > to.x ? [from.x, to.x + to.width] : [from.x + from.width, to.x];
    lines.push({
      kind: 'carrier',
      points: [
        [a, level],
        [b, level],
      ],
      joins: [from.key, to.key],
      text: { words: `VNI ${vni} in UDP`, x: from.x + 8, y: from.y + from.height + 11 },
    });
  }
  y += BETWEEN;

  const routing: Box = {
    ...{ key: `${host}#routing`, kind: 'routing', x: PADDING, y, width: inner, height: BAR },
    lines: [{ text: `routing · ${machine.routes} routes`, dx: 8, dy: 16, style: 'fact' }],
    label: `routing of ${host}`,
  };
  boxes.push(routing);
  for (const chip of boxes.filter(({ kind }) => ['uplink', 'vxlan', 'interface'].includes(kind))) {
    const middle = chip.x + chip.width - 14;
    lines.push({
      kind: 'route',
      points: [
        [middle, chip.y + chip.height],
        [middle, y],
      ],
      joins: [chip.key, routing.key],
    });
  }
  y += BAR;

  const groups = [
    {
      bar: undefined,
      members: pods.filter(({ cable }) => bridgeOf(cable?.master, bridges) === undefined),
      loose: orphans.filter(({ master }) => bridgeOf(master, bridges) === undefined),
    },
    ...bridges.map((bridge) => ({
      bar: bridge,
      members: pods.filter(({ cable }) => cable?.master === bridge.dev),
      loose: orphans.filter(({ master }) => master === bridge.dev),
    })),
  ];
  for (const { bar, members, loose } of groups) {
    let from: Box = routing;
    if (bar !== undefined) {
      y += BETWEEN;
      from = interfaceBox(bar, 'bridge', PADDING, y, inner, BAR);
      boxes.push(from);
      const down = PADDING + inner - 14;
      lines.push({
        kind: 'route',
        points: [
          [down, routing.y + BAR],
          [down, y],
        ],
        joins: [routing.key, from.key],
      });
      y += BAR;
    }
    const tiles = [...loose.map((port) => ({ port })), ...members.map((pod) => ({ pod }))];
    if (tiles.length === 0) continue;
    y += BETWEEN;
    let bottom = y;
    const trunks = new Map<number, number>();
    for (const [index, tile] of tiles.entries()) {
      const [column, row] = [index % across, Math.floor(index / across)];
      const tileX = PADDING + GUTTER + column * (podW + GUTTER);
      const tall = tileHeight(members, density);
      const tileY = y + row * (tall + density.rowGap);
      bottom = Math.max(bottom, tileY + tall);
      const end =
        'pod' in tile
          ? podTile(tile.pod, { x: tileX, y: tileY, width: podW, height: tall }, density, boxes, lines)
          : portTile(tile.port, tileX, tileY, podW, density, boxes);
      if (end === undefined) continue;
      const level = tileY + density.veth / 2;
      const trunk = tileX - GUTTER / 2;
      lines.push({
        kind: bar === undefined ? 'route' : 'port',
        points: [
          [trunk, trunks.get(column) ?? from.y + from.height],
          [trunk, level],
          [tileX, level],
        ],
        joins: [from.key, end],
      });
      trunks.set(column, level);
    }
    y = bottom;
  }
  const height = y + PADDING;
  const titles: TextLine[] = [{ text: title, dx: PADDING, dy: 20, style: 'title' }];
  if (range !== '') {
    titles.push({ text: range, dx: width - PADDING - textWidth(range, 'fact'), dy: 20, style: 'fact' });
  }
  const box: Box = {
    ...{ key: host, kind: 'machine', x: 0, y: 0, width, height, lines: titles },
    label: `machine with ${count(pods.length, 'pod')}`,
  };
  return { width, height, boxes: [box, ...boxes], lines, uplinks };
}

const chipHeight = ({ addresses }: TopologyInterface) => CHIP + Math.max(0, addresses.length - 1) * FACT;

type Width = (chip: TopologyInterface) => number;

const rowWidth = (row: readonly TopologyInterface[], widthOf: Width) =>
  row.reduce((sum, chip) => sum + widthOf(chip) + CHIP_GAP, -CHIP_GAP);

/** At least one row, each as long as there is room. */
function inRows(chips: readonly TopologyInterface[], widthOf: Width, room: number): TopologyInterface[][] {
  const rows: TopologyInterface[][] = [[]];
  for (const chip of chips) {
    const row = rows.at(-1) as TopologyInterface[];
    if (row.length > 0 && rowWidth([...row, chip], widthOf) > room) rows.push([chip]);
    else row.push(chip);
  }
  return rows;
}

const bridgeOf = (master: string | undefined, bridges: readonly TopologyInterface[]) =>
  bridges.find(({ dev }) => dev === master);

const isUplink = ({ creator }: TopologyInterface) => creator === 'underlay' || creator === 'outside';

function interfaceBox(
  { host, dev, kind: linkKind, addresses }: TopologyInterface,
  kind: Box['kind'],
  x: number,
  y: number,
  width: number,
  height: number,
): Box {
  const label = `${linkKind} ${dev} on ${host}`;
  const one = kind === 'bridge' || kind === 'veth';
  const texts = one ? [[dev, ...addresses].join(' · ')] : [dev, ...addresses];
  const lines = texts.map((text, index) => ({
    text: fitted(text, 'fact', width - 12),
    ...{ dx: 8, dy: (kind === 'veth' ? 14 : 16) + index * FACT, style: 'fact' as const },
  }));
  return { key: `${host}/${dev}`, kind, x, y, width, height, lines, label };
}

const tileHeight = (pods: readonly TopologyPod[], { veth, cable }: Density) =>
  veth + cable + POD_HEAD + Math.max(1, ...pods.map(({ addresses }) => addresses.length)) * FACT + 6;

/** @returns the key of the node's end, which a line is to lead to */
function podTile(
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

function portTile(
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
