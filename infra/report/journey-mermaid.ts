// Journeys as a Mermaid sequence diagram: interfaces in boxes by host, a message for each hop that was foretold or seen.
import type { Journey, JourneyHop } from '../journey/journeys.ts';
import type { JourneyObservation } from '../journey/observation.ts';
import { ranges } from './journey.ts';
import { mermaidId, mermaidParticipants, mermaidSafe } from './mermaid-text.ts';

/** Solid: as predicted. Crossed: foretold, not seen there. Dashed: seen, not foretold so. */
const ARROW = {
  'as-predicted': '->>',
  untapped: '->>',
  different: '-->>',
  missing: '-x',
  unpredicted: '-->>',
} as const;

export function journeyMermaid({ journeys }: Pick<JourneyObservation, 'journeys'>): string {
  const hops = journeys.flatMap((journey) => journey.hops);
  const lines = ['sequenceDiagram', '  autonumber', ...mermaidParticipants(hops)];
  for (const journey of journeys) lines.push(...journeyLines(journey));
  return `${lines.join('\n')}\n`;
}

function journeyLines({ packet, seqs, asPredicted, end, hops }: Journey): string[] {
  const [first] = hops;
  const last = hops.at(-1);
  if (first === undefined || last === undefined) return [];
  const verdict =
    asPredicted === null ? 'not foretold to the end' : asPredicted ? 'as predicted' : 'NOT as predicted';
  const head = `${packet} ${ranges(seqs)}: ${verdict}${end === undefined ? '' : `, ${end}`}`;
  const span = anchor(first) === anchor(last) ? anchor(first) : `${anchor(first)},${anchor(last)}`;
  return [
    `  Note over ${span}: ${mermaidSafe(head)}`,
    ...hops.map((hop) => {
      const from = (hop.after === undefined ? undefined : hops[hop.after]) ?? hop;
      return `  ${anchor(from)}${ARROW[hop.status]}${anchor(hop)}: ${mermaidSafe(words(hop))}`;
    }),
  ];
}

const anchor = ({ host, dev }: JourneyHop) => mermaidId(host, dev);

function words({ rewrites, why, differences, direction, status }: JourneyHop): string {
  const said = [...why, ...rewrites, ...differences];
  if (status === 'unpredicted') return 'seen, not foretold';
  return said.join('; ') || direction || 'seen';
}
