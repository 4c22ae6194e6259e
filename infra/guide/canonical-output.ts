// The form of a command's printed output that is the same in every run: random names, indexes and times are marks. Pure.
import { masked } from '../observe/masked.ts';

const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const NUMBER = String.raw`\d+(?:\.\d+)?`;

/** In this order; a later rule sees what an earlier one has written. */
const RULES: readonly (readonly [RegExp, string])[] = [
  // lsns prints the inode of a netns bare; the kernel numbers namespaces from 0xF0000000 (PROC_DYNAMIC_FIRST).
  [/\b402[67]\d{6}\b/g, '<netns:?>'],
  // Ways to write a time: a fraction to the ns (tcpdump -tt, a duration in JSON), tcpdump's clock, -tttt's date, ls -l, date, monitor.
  [
    new RegExp(
      String.raw`\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?${MONTH} +\d{1,2} +(?:\d\d:\d\d(?::\d\d)?(?: \d{4})?|\d{4})\b`,
      'g',
    ),
    '<time>',
  ],
  [/\b(?:\d{4}-\d\d-\d\d[ T])?\d\d:\d\d:\d\d(?:\.\d{3,9})?Z?\b/g, '<time>'],
  [/(?<![\d.])\d+\.\d{5,9}(?![\d.])/g, '<time>'],
  [/<time> \d{1,6} usec\b/g, '<time>'],
  [/\b\d+m\d+[.,]\d+s\b/g, '<time>'],
  // Latencies: one, a range, or min / median / p99; and what stands there when the kernel stamped a packet once for both.
  [new RegExp(String.raw`(?:${NUMBER} (?:[–/] ${NUMBER} )*)(?:ns|µs|ms|s)\b`, 'g'), '<time>'],
  [/\bsame stamp\b(?!:)/g, '<time>'],
  [/\b(?:REACHABLE|STALE|DELAY|PROBE)\b/g, '<used>'],
  // Which index an interface, a netns or a port of the underlay gets depends on which came first.
  [/@if\d+( \(\d+\))?/g, '@if<n>'],
  [/\bport\d+\b/g, 'port<n>'],
  [/\blink-netnsid \d+/g, 'link-netnsid <n>'],
  [/^\d+: (?=\S+: <)/, '<n>: '],
  // Ports that a kernel picks (ip_local_port_range begins at 32768), and the hash that is a VXLAN packet's source port.
  [/(\d+\.\d+\.\d+\.\d+[.:])(?:3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[4-6]\d{4})\b/g, '$1<port>'],
];

/** What a command asks for that only its words tell: a bare number is one of these. */
const ASKS_FOR_A_NUMBER = /iflink|ifindex|\bPID/i;

/**
 * @param command as the guide shows it
 * @returns a line for each line of the output, without trailing empty ones; runs of spaces, which only align, are one
 */
export function canonicalOutput(command: string, output: readonly string[]): readonly string[] {
  const hidden = /\blsns\b/.test(command) ? hiddenColumns(output[0] ?? '') : [];
  const lines = output.map((line, index) => {
    const words = line.replaceAll(/\s+/g, ' ').trim();
    if (/^\d+$/.test(words) && ASKS_FOR_A_NUMBER.test(command)) return '<n>';
    const text = RULES.reduce((all, [pattern, mark]) => all.replace(pattern, mark), masked(words));
    return index === 0 ? text : withoutColumns(text, hidden);
  });
  while (lines.at(-1) === '') lines.pop();
  return withoutNoise(lines);
}

/** What a journey's taps saw beside its packets, such as a neighbour that is confirmed just then. */
function withoutNoise(lines: readonly string[]): readonly string[] {
  const from = lines.indexOf('Beside them');
  if (from === -1) return lines;
  const to = lines.indexOf('', from);
  return [...lines.slice(0, from + 1), '<noise>', ...(to === -1 ? [] : withoutNoise(lines.slice(to)))];
}

/** Columns of lsns that count processes of a lab or number its namespaces. */
function hiddenColumns(header: string): readonly number[] {
  return header
    .trim()
    .split(/\s+/)
    .flatMap((name, index) => (name === 'PID' || name === 'NETNSID' ? [index] : []));
}

function withoutColumns(line: string, columns: readonly number[]): string {
  if (columns.length === 0) return line;
  const words = line.split(' ');
  return words.map((word, at) => (columns.includes(at) && /^\d+$/.test(word) ? '<n>' : word)).join(' ');
}
