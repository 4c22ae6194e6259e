// Journeys for people: predicted beside observed, hop by hop, with what changed, how long it took, and the rule behind it.
import type { Evidence } from '../journey/evidence.ts';
import type { Journey, JourneyHop } from '../journey/journeys.ts';
import type { Latency } from '../journey/latency.ts';
import type { NoiseRow } from '../journey/noise.ts';
import type { JourneyObservation } from '../journey/observation.ts';
import type { ClockRow } from '../observe/clocks.ts';
import { PLAIN, type Terminal } from './paint.ts';
import { renderTable } from './table.ts';
import { count } from './words.ts';
import { wrap } from './wrap.ts';

const SEEN = {
  'as-predicted': ['green', '✓'],
  different: ['red', '≠'],
  missing: ['red', 'missing'],
  unpredicted: ['red', 'extra'],
  untapped: ['dim', 'no tap'],
} as const;

const LEGEND =
  'LATENCY is from the hop before (or from the one behind ←) that has a tap: of several packets the range, of ten and more min / median / p99. - : nothing was seen before. same stamp: the kernel stamped it once for both, nobody knows. no tap: nothing can be run there.';

/** Said where it is needed. */
const CLOCK_LEGEND =
  'other clock: the hop before was stamped by another kernel’s clock, and between two clocks nobody knows.';

/** Columns that prose keeps to, however wide the terminal is. */
const PROSE = 120;

/** Fewer samples have no percentiles worth a name. */
const PERCENTILES_FROM = 10;

const RIGHT = (header: string) => ({ header, align: 'right' as const });

/** Everything that was seen of a series, several lines, without a trailing newline. */
export function journeyText(observed: JourneyObservation, terminal: Terminal = PLAIN): string {
  const { ping, taps, journeys, noise, evidence, clocks = [] } = observed;
  const { paint, width } = terminal;
  return [
    `${paint('bold', `${ping.from} → ${ping.to}`)}: ${ping.received} of ${ping.transmitted} answered, ${count(taps.length, 'tap')}${saidOf(ping, width)}`,
    paint('dim', wrap(clocks.length === 0 ? LEGEND : `${LEGEND}\n${CLOCK_LEGEND}`, Math.min(width, PROSE))),
    ...journeys.map((journey) => `${title(journey, terminal)}\n${way(journey, ping.from, terminal)}`),
    `${paint('bold', 'Beside them')}\n${noise.length === 0 ? '  nothing' : noise.map(noiseLine).join('\n')}`,
    ...(clocks.length === 0
      ? []
      : [`${paint('bold', 'Other clocks')}\n${clocks.map((row) => clockLine(row, ping.from)).join('\n')}`]),
    `${paint('bold', 'Witnesses')}\n${witnesses(evidence)}`,
  ].join('\n\n');
}

/** What ping itself was told, each once. */
function saidOf({ errors = [] }: JourneyObservation['ping'], width: number): string {
  return [...new Set(errors)].map((line) => `\n${wrap(`  ${line}`, width, 2)}`).join('');
}

function title({ packet, seqs, asPredicted, end, hops }: Journey, { paint }: Terminal): string {
  // What lies behind the last tap was foretold, and nobody saw it.
  const partly = hops.at(-1)?.status === 'untapped' ? ', as far as there are taps' : '';
  const verdict =
    asPredicted === null
      ? paint('yellow', 'not foretold to the end')
      : asPredicted
        ? paint('green', `as predicted${partly}`)
        : paint('red', 'NOT as predicted');
  return `${paint('bold', `${packet} ${ranges(seqs)}`)}: ${verdict}${end === undefined ? '' : `; ${end}`}`;
}

/** `1–3, 5` */
export function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const n of numbers) {
    const last = runs.at(-1);
    if (last && n === last[1] + 1) last[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
}

/** What is too long for the sender's own interface, or has no route, is on no interface at all. */
function way(journey: Journey, from: string, terminal: Terminal): string {
  if (journey.hops.length > 0) return journeyTable(journey, terminal);
  return wrap(`  it was on no interface: the kernel of ${from} has not let it out`, terminal.width, 2);
}

function journeyTable({ hops }: Journey, { paint, width }: Terminal): string {
  const rows = hops.map((hop, index) => {
    const [tone, word] = SEEN[hop.status];
    return [
      index + 1,
      `${'  '.repeat(hop.depth)}${hop.host} ${hop.dev}${hop.direction === undefined ? '' : ` ${hop.direction}`}${cameFrom(hop, index)}`,
      paint(tone, word),
      hop.otherClock ? 'other clock' : latencyWords(hop.latency),
      [...changes(hop), ...hop.differences.map((words) => paint('red', words))].join('\n'),
      hop.why.join('\n'),
    ];
  });
  const columns = [RIGHT('#'), 'WHERE', 'SEEN', RIGHT('LATENCY'), 'CHANGED', 'WHY'];
  return renderTable(columns, rows, { width, indent: 2, decorate: (header) => paint('dim', header) });
}

/** Copies of a flood come from a hop that is not in the row above. */
const cameFrom = ({ after }: JourneyHop, index: number) =>
  after === undefined || after === index - 1 ? '' : ` ← ${after + 1}`;

/** The first hop has nothing before it: it shows what is sent. */
function changes({ after, rewrites, seen, predicted }: JourneyHop): readonly string[] {
  const headers = seen ?? predicted;
  if (after !== undefined || headers === undefined) return rewrites;
  const { srcMac, dstMac, src, dst, ttl } = headers;
  return [`${src} → ${dst}${ttl === undefined ? '' : `, TTL ${ttl}`}`, `MACs ${srcMac} → ${dstMac}`];
}

/** One number for one packet, the range of a few, percentiles of many. */
function latencyWords(latency: Latency | undefined): string {
  if (latency === undefined) return '';
  const { samples, min, median, p99 } = latency;
  if (min === undefined || median === undefined || p99 === undefined) return 'same stamp';
  if (samples === 1) return `${microseconds(median)} µs`;
  if (samples < PERCENTILES_FROM) {
    return `${microseconds(min)} – ${microseconds(p99)} µs`;
  }
  return `${[min, median, p99].map(microseconds).join(' / ')} µs`;
}

const microseconds = (ns: number) => (ns / 1000).toFixed(1);

function noiseLine({ packet, why, packets, at }: NoiseRow): string {
  return `  ${count(packets, packet)} at ${at.join(', ')}: ${why ?? 'other traffic'}`;
}

function clockLine({ hosts, aheadNs, uncertainNs }: ClockRow, sender: string): string {
  const [by, where] = [seconds(Math.abs(aheadNs)), aheadNs < 0 ? 'behind' : 'ahead of'];
  return `  ${hosts.join(', ')}: ${by} s ${where} ${sender}’s, give or take ${seconds(uncertainNs)} s`;
}

const seconds = (ns: number) => (ns / 1e9).toFixed(6);

function witnesses({ cni, kernel, packets, conclusion }: Evidence): string {
  const rule =
    kernel.rule === undefined ? '' : ` (${kernel.rule.host}, ${kernel.rule.table}: ${kernel.rule.line})`;
  return [
    `  CNI:     ${cni.words}`,
    `  kernel:  ${kernel.words}${rule}`,
    `  packets: ${packets.words}`,
    `  → ${conclusion}`,
  ].join('\n');
}
