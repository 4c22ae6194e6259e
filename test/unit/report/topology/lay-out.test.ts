import { describe, expect, it } from 'vitest';
import type { Box } from '../../../../infra/report/topology/drawing.ts';
import { layOut } from '../../../../infra/report/topology/lay-out.ts';
import { renderTopology } from '../../../../infra/report/topology/render-topology.ts';
import { topologyOf } from '../../../../infra/report/topology/topology.ts';
import { madeLab } from '../../../support/report-fixture.ts';

const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe('the layout of a topology', () => {
  const sizes = [
    [1, 1],
    [2, 1],
    [2, 3],
    [3, 7],
    [10, 20],
    [1, 200],
    [20, 0],
  ] as const;

  it.each(sizes)(
    '%i nodes with %i pods each: all are there, none lies on another, all within',
    (nodes, pods) => {
      const lab = madeLab(nodes, pods);
      for (const width of [400, 940, 1600]) {
        const drawing = layOut(topologyOf(lab), width);
        const keys = new Set(drawing.boxes.map(({ key }) => key));
        expect(keys.size).toBe(drawing.boxes.length);
        for (const { name, node, hostVeth } of lab.pods) {
          expect(keys).toContain(name);
          expect(keys).toContain(`${node}/${hostVeth}`);
        }
        const machines = drawing.boxes.filter(({ kind }) => kind === 'machine');
        const others = drawing.boxes.filter(({ kind }) => kind !== 'machine');
        for (const group of [machines, others]) {
          const clashes = group.flatMap((a, at) =>
            group
              .slice(at + 1)
              .filter((b) => overlap(a, b))
              .map((b) => `${a.key} ${b.key}`),
          );
          expect(clashes).toEqual([]);
        }
        for (const { key, x, y, width: w, height: h } of drawing.boxes) {
          expect({
            key,
            fits: x >= 0 && y >= 0 && x + w <= drawing.width && y + h <= drawing.height,
          }).toEqual({ key, fits: true });
          const frame = machines.find((machine) => key.startsWith(`${machine.key}/`));
          if (frame)
            expect({
              key,
              inside: x > frame.x && x + w < frame.x + frame.width && y + h < frame.y + frame.height,
            }).toEqual({ key, inside: true });
        }
      }
    },
  );

  it('stays within the width it is given, down to one column', () => {
    const topology = topologyOf(madeLab(10, 20));
    for (const width of [400, 700, 940, 1600])
      expect(layOut(topology, width).width).toBeLessThanOrEqual(width);
    expect(layOut(topology, 1600).height).toBeLessThan(layOut(topology, 700).height);
  });

  it('joins every pod to its veth, every veth to its bridge, every uplink to the underlay', () => {
    const { lines } = layOut(topologyOf(madeLab(2, 2)), 940);
    const joined = (kind: string) =>
      lines.filter((line) => line.kind === kind).map(({ joins }) => joins.join(' '));
    expect(joined('cable')).toEqual([
      'node-1/veth0x0 pod-1-1',
      'node-1/veth0x1 pod-1-2',
      'node-2/veth1x0 pod-2-1',
      'node-2/veth1x1 pod-2-2',
    ]);
    expect(joined('port')).toContain('node-2/cni0 node-2/veth1x1');
    expect(joined('segment')).toEqual(['underlay node-1/eth0', 'underlay node-2/eth0']);
    expect(joined('carrier')).toEqual(['node-1/flannel.1 node-1/eth0', 'node-2/flannel.1 node-2/eth0']);
  });
});

describe('forms of a topology', () => {
  const lab = madeLab(1, 1, '"\\');

  it('dot: quotes and backslashes are within their quotes', () => {
    expect(renderTopology(lab, 'dot', 'made')).toContain(
      '  "node-1/veth0x0" -- "pod-1-1\\"\\\\" [penwidth=3];',
    );
  });

  it('json: the topology itself', () => {
    expect(JSON.parse(renderTopology(lab, 'json', 'made'))).toEqual(topologyOf(lab));
  });

  it('svg: a file of its own, with its style', () => {
    const svg = renderTopology(lab, 'svg', 'made');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).toContain('color-scheme: light dark');
    expect(svg).toContain('<title>Topology of lab made</title>');
  });
});
