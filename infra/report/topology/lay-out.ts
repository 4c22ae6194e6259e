// Where everything of a topology goes: machines in rows of equal columns, hung from the bar of what joins them.
// A lab is always the same nested boxes, so rows and columns beat a general graph layout: see docs/decisions/0013-report.md.

import { DENSE, type Density, ROOMY } from './density.ts';
import type { Box, Drawing, Line } from './drawing.ts';
import { layOutMachine, type MachineLayout } from './lay-out-machine.ts';
import { podWidth } from './pod-tile.ts';
import type { Topology, TopologyMachine } from './topology.ts';

const MARGIN = 10;
/** Between two machines; the line from the segment to the lower rows is in it. */
const GUTTER = 26;
const SEGMENT = 26;
const ROW_GAP = 24;

/** More pods than these are drawn small. */
const MANY = 60;

/** @param width pixels that it should stay within; a machine that is wider with a single column of pods makes it wider */
export function layOut(topology: Topology, width: number): Drawing {
  const { machines, segments } = topology;
  const nodes = machines.filter(({ role }) => role !== 'router' && role !== 'outside');
  const beyond = machines.filter(({ role }) => role === 'router' || role === 'outside');
  const everyPod = machines.flatMap(({ pods }) => pods);
  const podW = podWidth(everyPod);
  const density = everyPod.length > MANY ? DENSE : ROOMY;
  const { columns, pods } = bestColumns(nodes, podW, density, width - 2 * MARGIN);
  const cell = Math.max(0, ...nodes.map((node) => layOutMachine(node, pods, podW, density).width));
  const laid = nodes.map((node) => layOutMachine(node, pods, podW, density, cell));
  const boxes: Box[] = [];
  const lines: Line[] = [];
  const ends = new Map<string, readonly [number, number]>();
  const put = (layout: MachineLayout, x: number, y: number, w: number, h: number) => {
    for (const [index, box] of layout.boxes.entries()) {
      const size = index === 0 ? { width: w, height: h } : {};
      boxes.push({ ...box, x: box.x + x, y: box.y + y, ...size });
    }
    for (const line of layout.lines) lines.push(movedLine(line, x, y));
    const host = layout.boxes[0]?.key ?? '';
    for (const [dev, [atX, atY]] of layout.uplinks) ends.set(`${host}/${dev}`, [atX + x, atY + y]);
  };

  let y = MARGIN;
  let right = Math.max(columns * (cell + GUTTER), 240);
  if (beyond.length > 0) {
    let x = MARGIN + GUTTER;
    const laidBeyond = beyond.map((machine) => layOutMachine(machine, 1, podW, density));
    const tall = Math.max(...laidBeyond.map(({ height }) => height));
    for (const layout of laidBeyond) {
      put(layout, x, y, layout.width, tall);
      x += layout.width + GUTTER * 2;
    }
    right = Math.max(right, x - GUTTER * 2 - MARGIN);
    y += tall + ROW_GAP;
  }
  const underlay = segments.find(({ name }) => name === 'underlay');
  let barBottom = y;
  if (underlay) {
    boxes.push({
      ...{ key: 'underlay', kind: 'segment', x: MARGIN, y, width: right, height: SEGMENT },
      lines: [{ text: 'underlay: the network between the machines', dx: 10, dy: 17, style: 'fact' }],
      label: `joins ${underlay.ends.length} machines`,
    });
    barBottom = y + SEGMENT;
    y += SEGMENT + ROW_GAP;
  }
  for (let row = 0; row * columns < laid.length; row++) {
    const here = laid.slice(row * columns, (row + 1) * columns);
    const tall = Math.max(...here.map(({ height }) => height));
    for (const [column, layout] of here.entries()) {
      put(layout, MARGIN + GUTTER + column * (cell + GUTTER), y, cell, tall);
    }
    y += tall + ROW_GAP;
  }
  const drawn = new Map<number, number>();
  for (const { host, dev } of underlay?.ends ?? []) {
    const end = ends.get(`${host}/${dev}`);
    if (end === undefined) continue;
    const above = end[1] < barBottom;
    const machine = boxes.find(({ key }) => key === host);
    const trunk = (machine?.x ?? end[0]) - GUTTER / 2;
    const start = above ? barBottom - SEGMENT : (drawn.get(trunk) ?? barBottom);
    lines.push({
      kind: 'segment',
      points: [[trunk, start], [trunk, end[1]], end],
      joins: ['underlay', `${host}/${dev}`],
    });
    if (!above) drawn.set(trunk, end[1]);
  }
  const [a, b] =
    segments.find(({ name }) => name === 'outside')?.ends.map(({ host, dev }) => `${host}/${dev}`) ?? [];
  const [from, to] = [a, b].map((key) => boxes.find((box) => box.key === key));
  if (from && to) {
    const lower = Math.min(from.y, to.y) + 12;
    const [left, other] = from.x < to.x ? [from, to] : [to, from];
    lines.push({
      kind: 'segment',
      points: [
        [left.x + left.width, lower],
        [other.x, lower],
      ],
      joins: [left.key, other.key],
    });
  }
  return { width: MARGIN * 2 + right, height: y - ROW_GAP + MARGIN, boxes, lines };
}

/** The least height that the width allows; of several the narrowest. */
function bestColumns(nodes: readonly TopologyMachine[], podW: number, density: Density, room: number) {
  const most = Math.max(1, ...nodes.map(({ pods }) => pods.length));
  let best: { columns: number; pods: number; height: number; width: number } | undefined;
  for (let pods = 1; pods <= most; pods++) {
    const laid = nodes.map((node) => layOutMachine(node, pods, podW, density));
    const cell = Math.max(0, ...laid.map(({ width }) => width));
    for (let columns = Math.max(1, nodes.length); columns >= 1; columns--) {
      const width = columns * (cell + GUTTER);
      if (width > room && !(pods === 1 && columns === 1)) continue;
      let height = 0;
      for (let at = 0; at < laid.length; at += columns) {
        height += Math.max(...laid.slice(at, at + columns).map((layout) => layout.height)) + ROW_GAP;
      }
      if (!best || height < best.height || (height === best.height && width < best.width)) {
        best = { columns, pods, height, width };
      }
    }
    if (cell + GUTTER > room) break;
  }
  return best ?? { columns: 1, pods: 1 };
}

function movedLine(line: Line, x: number, y: number): Line {
  return {
    ...line,
    points: line.points.map(([atX, atY]) => [atX + x, atY + y] as const),
    ...(line.text && { text: { ...line.text, x: line.text.x + x, y: line.text.y + y } }),
  };
}
