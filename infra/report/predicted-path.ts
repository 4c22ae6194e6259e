// A predicted path for people: its steps in words, what a tap would see at each, or a Mermaid sequence diagram.
import { type Decision, type Hop, hops } from '../predict/hop.ts';
import type { Prediction } from '../predict/predict.ts';
import { decisionWords, endWords, pathSteps, place } from '../predict/steps.ts';
import { mermaidId, mermaidParticipants, mermaidSafe } from './mermaid-text.ts';
import { PLAIN, type Terminal } from './paint.ts';
import { renderTable } from './table.ts';

const TONE = { delivered: 'green', dropped: 'red', left: 'yellow', unknown: 'yellow' } as const;

const NUMBER = { header: '#', align: 'right' as const };

/** Every step in words: from where to where, and why. Copies of a flood are indented below what they are copies of. */
export function pathTable({ branches }: Prediction, { paint, width }: Terminal = PLAIN): string {
  const rows = pathSteps(branches).map((step, index) => {
    const why = step.to.decisions.flatMap(reasonLines);
    if (step.to.kind !== 'hop') why.push(paint(TONE[step.to.kind], endWords(step.to)));
    return [index + 1, `${'  '.repeat(step.depth)}${place(step)}`, why.join('\n')];
  });
  const decorate = (header: string) => paint('dim', header);
  return renderTable([NUMBER, 'STEP', 'WHY'], rows, { width, indent: 2, decorate });
}

/** What was decided, and below it the rule of the packet filter that says so: its words alone do not show it. */
function reasonLines({ kind, words, rule }: Decision): readonly string[] {
  return rule && (kind === 'nat' || kind === 'mark') ? [words, `  ${rule.line}`] : [words];
}

/** What a tap on each interface would see; of an encapsulated packet the outer one above the inner one. */
export function packetTable({ branches }: Prediction, { paint, width }: Terminal = PLAIN): string {
  const rows = hops(branches).map((hop, index) => [index + 1, ...hopCells(hop)]);
  const right = (header: string) => ({ header, align: 'right' as const });
  const columns = [NUMBER, 'HOST', 'INTERFACE', '', 'MAC', 'ADDRESSES', right('TTL'), right('BYTES')];
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
    stacked(endsOf(hop), outer && `${outer.src} → ${outer.dst} (VXLAN ${outer.vni}, UDP ${outer.port})`),
    stacked(hop.ttl, outer?.ttl),
    stacked(bytes(hop), outer && bytes(outer)),
  ];
}

function endsOf({ src, dst, ports }: Hop): string {
  return ports ? `${src}:${ports.src} → ${dst}:${ports.dst}` : `${src} → ${dst}`;
}

/**
 * Participants are interfaces, in boxes by host; a message is a step with its reason.
 * @param predictions such as a request and its reply, one below the other
 */
export function mermaidPath(predictions: readonly Prediction[]): string {
  const paths = predictions.map(({ flow, branches }) => ({ flow, steps: pathSteps(branches) }));
  const found = paths.flatMap(({ steps }) => steps.flatMap(({ to }) => (to.kind === 'hop' ? [to] : [])));
  const places = found.map((hop) => ({ host: hop.host, dev: hop.interface }));
  const lines = ['sequenceDiagram', '  autonumber', ...mermaidParticipants(places)];
  const own = hops(predictions[0]?.branches ?? []);
  const [first, last] = [own[0], own.at(-1)];
  for (const { flow, steps } of paths) {
    if (first && last) {
      lines.push(`  Note over ${anchor(first)},${anchor(last)}: ${mermaidSafe(`${flow.from} → ${flow.to}`)}`);
    }
    for (const { from, to } of steps) {
      if (to.kind === 'hop') {
        const words = decisionWords(to.decisions).join('; ') || to.direction;
        lines.push(`  ${anchor(from ?? to)}->>${anchor(to)}: ${mermaidSafe(words)}`);
      } else if (from ?? first) {
        lines.push(`  Note over ${anchor((from ?? first) as Hop)}: ${mermaidSafe(endWords(to))}`);
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

const anchor = (hop: Hop) => mermaidId(hop.host, hop.interface);
