// What a journey observed, without what depends on the run: two runs of one lab in which the kernel did the same are equal.
import type { Journey } from '../journey/journeys.ts';
import type { Json } from './result.ts';

/** Neighbour states that only tell how long ago an entry was last used (NUD_*). */
const USED = /\b(?:REACHABLE|STALE|DELAY|PROBE)\b/g;
/** Times, whose clock tells them, and other traffic. */
const OF_THE_RUN = new Set(['latency', 'otherClock', 'clocks', 'noise']);
/** Words that name kernel state. */
const WORDS = new Set(['why', 'line', 'end', 'words', 'conclusion']);

/**
 * Times and other traffic are left out. Interfaces where no tap can be, such as those of the underlay, have names that
 * nobody in the lab gave: they become symbols, in the order in which packets meet them.
 */
export function comparableJourney(seen: { readonly journeys: readonly Journey[] }): Json {
  const unnamed = new Map<string, string>();
  for (const { dev } of seen.journeys.flatMap(({ hops }) =>
    hops.filter((hop) => hop.status === 'untapped'),
  )) {
    if (!unnamed.has(dev)) unnamed.set(dev, `<untapped:${unnamed.size + 1}>`);
  }
  const words = (text: string) =>
    text.replace(USED, 'known').replace(/[^\s/]+/g, (word) => unnamed.get(word) ?? word);
  const text = JSON.stringify(seen, (key, value: unknown) => {
    if (OF_THE_RUN.has(key)) return undefined;
    if (key === 'taps' && Array.isArray(value)) return value.map(({ packets: _, ...tap }) => tap);
    if (key === 'hops' && Array.isArray(value)) {
      return (value as Journey['hops']).map((hop) =>
        hop.status === 'untapped' ? { ...hop, dev: unnamed.get(hop.dev) } : hop,
      );
    }
    if (!WORDS.has(key)) return value;
    return Array.isArray(value)
      ? value.map((one) => words(String(one)))
      : typeof value === 'string'
        ? words(value)
        : value;
  });
  return JSON.parse(text) as Json;
}
