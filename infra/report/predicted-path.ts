// A predicted path for people: numbered lines, a table of what a tap would see, or a Mermaid sequence diagram.
import type { End, Hop } from '../predict/hop.ts';
import type { Prediction } from '../predict/predict.ts';
import { decisionWords, endWords, pathSteps } from '../predict/steps.ts';
import { PLAIN, type Terminal } from './paint.ts';
import { renderTable } from './table.ts';

const TONE = { delivered: 'green', dropped: 'red', left: 'yellow', unknown: 'yellow' } as const;

/** One numbered line a step; copies of a flood are indented below what they are copies of. */
export function pathLines({ branches }: Prediction, { paint }: Terminal = PLAIN): string {
  const steps = pathSteps(branches);
  const width = `${steps.length}`.length;
  return steps
    .map(({ depth, to, text }, index) => {
      const line = to.kind === 'hop' ? text : paint(TONE[to.kind], text);
      return `${`${index + 1}`.padStart(width + 2)}  ${'  '.repeat(depth)}${line}`;
    })
    .join('\n');
}

/** What a tap on each interface would see, and why the packet came there. */
export function pathTable({ branches }: Prediction, { paint, width }: Terminal = PLAIN): string {
  const rows = pathSteps(branches).map(({ to }, index) =>
    to.kind === 'hop' ? [index + 1, ...hopCells(to)] : [index + 1, ...endCells(to)],
  );
  const right = (header: string) => ({ header, align: 'right' as const });
  const columns = [
    right('#'),
    'HOST',
    'INTERFACE',
    '',
    'MAC',
    'ADDRESSES',
    right('TTL'),
    right('BYTES'),
    'WHY',
  ];
  return renderTable(columns, rows, { width, indent: 2, decorate: (header) => paint('dim', header) });
}

function hopCells(hop: Hop) {
  const { outer } = hop;
  const stacked = (own: string | number, wrapped: string | number | undefined) =>
    wrapped === undefined ? own : `${wrapped}\n${own}`;
  const bytes = (packet: { readonly length: number; readonly fragment?: number }) =>
    packet.fragment === undefined ? packet.length : `${packet.length} in ≤${packet.fragment}`;
  return [
    hop.host,
    hop.interface,
    hop.direction,
    stacked(`${hop.srcMac} → ${hop.dstMac}`, outer && `${outer.srcMac} → ${outer.dstMac}`),
    stacked(`${hop.src} → ${hop.dst}`, outer && `${outer.src} → ${outer.dst} (VXLAN ${outer.vni})`),
    stacked(hop.ttl, outer?.ttl),
    stacked(bytes(hop), outer && bytes(outer)),
    hop.decisions.map(({ words }) => words).join('\n'),
  ];
}

function endCells(end: End) {
  const why = [endWords(end), ...end.decisions.map(({ words }) => words)].join('\n');
  return [
    end.host,
    'interface' in end ? end.interface : undefined,
    'end',
    undefined,
    undefined,
    undefined,
    undefined,
    why,
  ];
}

/**
 * Participants are interfaces, in boxes by host; a message is a step with its reason.
 * @param predictions such as a request and its reply, one below the other
 */
export function mermaidPath(predictions: readonly Prediction[]): string {
  const paths = predictions.map(({ flow, branches }) => ({ flow, steps: pathSteps(branches) }));
  const found = paths.flatMap(({ steps }) => steps.flatMap(({ to }) => (to.kind === 'hop' ? [to] : [])));
  const boxes = Map.groupBy(found, ({ host }) => host);
  const lines = ['sequenceDiagram', '  autonumber'];
  for (const [host, hops] of boxes) {
    lines.push(`  box ${host}`);
    for (const name of new Set(hops.map((hop) => hop.interface))) {
      lines.push(`    participant ${id(host, name)} as ${name}`);
    }
    lines.push('  end');
  }
  const [first, last] = [found[0], found.at(-1)];
  for (const { flow, steps } of paths) {
    if (first && last) {
      lines.push(`  Note over ${anchor(first)},${anchor(last)}: ${safe(`${flow.from} → ${flow.to}`)}`);
    }
    for (const { from, to } of steps) {
      if (to.kind === 'hop') {
        const words = decisionWords(to.decisions) || to.direction;
        lines.push(`  ${anchor(from ?? to)}->>${anchor(to)}: ${safe(words)}`);
      } else if (from ?? first) {
        lines.push(`  Note over ${anchor((from ?? first) as Hop)}: ${safe(endWords(to))}`);
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

const anchor = (hop: Hop) => id(hop.host, hop.interface);

/** Mermaid's ids take letters, digits and underscores. */
const id = (...words: readonly string[]) =>
  words.map((word) => word.replaceAll(/[^A-Za-z0-9]/g, '_')).join('__');
/** A semicolon ends a Mermaid statement, a hash begins an entity. */
const safe = (text: string) => text.replaceAll(/#/g, 'no. ').replaceAll(/;/g, ',').replaceAll(/\n/g, ' ');
