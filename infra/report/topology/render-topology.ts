// A lab's topology as text, in any of its forms. All are made from the same facts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { LabSnapshot } from '../../observe/snapshot.ts';
import { embeddedFile } from '../html/html.ts';
import { dotTopology } from './dot.ts';
import type { GraphFormat } from './formats.ts';
import { layOut } from './lay-out.ts';
import { mermaidTopology } from './mermaid.ts';
import { svgOf } from './svg.ts';
import { topologyOf } from './topology.ts';

/** Of an SVG of its own, pixels. */
const WIDTH = 1200;

/** Ends with a newline. @param lab its name */
export function renderTopology(snapshot: LabSnapshot, format: GraphFormat, lab: string): string {
  const topology = topologyOf(snapshot);
  switch (format) {
    case 'mermaid':
      return mermaidTopology(topology);
    case 'dot':
      return dotTopology(topology);
    case 'json':
      return `${JSON.stringify(topology, null, 2)}\n`;
    case 'svg': {
      const style = embeddedFile(readFileSync(path.join(import.meta.dirname, 'topology.css'), 'utf8'));
      return svgOf(layOut(topology, WIDTH), { title: `Topology of lab ${lab}`, style }).toString();
    }
  }
}
