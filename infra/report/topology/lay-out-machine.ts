// The inside of one machine: uplinks and tunnels above, its routing as a bar, bridges below it, and pods hanging under them.

import { count } from '../words.ts';
import { CHIP_GAP, chipHeight, chipWidth, inRows, rowWidth } from './chips.ts';
import type { Density } from './density.ts';
import type { Box, Line, TextLine } from './drawing.ts';
import { interfaceBox } from './interface-box.ts';
import { podTile, portTile, tileHeight } from './pod-tile.ts';
import { textWidth } from './text-size.ts';
import { machineWord, type TopologyInterface, type TopologyMachine } from './topology.ts';

const PADDING = 14;
const HEAD = 30;
/** Uplinks and tunnels in one row, where the pods below them leave the choice. */
const CHIPS_ACROSS = 290;
const BAR = 24;
const BETWEEN = 16;
/** Between two columns of pods: the trunk that leads to the lower rows is in it. */
const GUTTER = 20;

export interface MachineLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
  /** Where a line from a segment arrives, by interface: the left edge of its box. */
  readonly uplinks: ReadonlyMap<string, readonly [x: number, y: number]>;
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
  const across = Math.max(1, Math.min(columns, Math.max(pods.length, 1)));
  const grid = across * (podW + GUTTER);
  const range = machine.podCIDR === '' ? '' : `pods ${machine.podCIDR}`;
  const head = textWidth(title, 'title') + (range === '' ? 0 : 12 + textWidth(range, 'fact'));
  const room = Math.max(grid + CHIP_GAP, CHIPS_ACROSS, least - 2 * PADDING);
  const chipRows = inRows(chips, room);
  const chipRow = Math.max(...chipRows.map(rowWidth));
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

const bridgeOf = (master: string | undefined, bridges: readonly TopologyInterface[]) =>
  bridges.find(({ dev }) => dev === master);

const isUplink = ({ creator }: TopologyInterface) => creator === 'underlay' || creator === 'outside';
