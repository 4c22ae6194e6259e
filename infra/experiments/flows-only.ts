// What of a capture is the same in every run, however its streams were cut, acknowledged and sent again: the flows.
import type { Json } from './result.ts';
import { toJson } from './to-json.ts';

type Row = Readonly<Record<string, unknown>>;

/** A capture with a row for each flow at each tap, and one for each way that packets of a flow took. */
export function flowsOnly(seen: Readonly<Record<string, unknown>>): Readonly<Record<string, Json>> {
  const { taps, packets, paths, ...traffic } = seen;
  return {
    ...(toJson(traffic) as Readonly<Record<string, Json>>),
    taps: (taps as readonly Row[]).map(({ packets: _, ...tap }) => toJson(tap)),
    packets: distinct(flowing(packets, 'kind'), ({ tap, kind, ethSrc, ethDst, src, dst, ttl, ...row }) => ({
      ...{ tap, kind, src, dst, ttl, ...portsOf(row), ethSrc, ethDst },
    })),
    paths: distinct(flowing(paths, 'packet'), ({ packet, src, dst, at, rewritten, ...row }) => ({
      ...{ packet, src, dst, taps: Object.keys(at as Row).toSorted() },
      ...portsOf(row),
      rewritten: (rewritten as readonly Row[] | undefined)?.toSorted(compare),
    })),
  };
}

/** Whether a neighbour is asked for, and when it is probed again, hangs on what went before and on time. */
function flowing(rows: unknown, kind: 'kind' | 'packet'): readonly Row[] {
  return (rows as readonly Row[]).filter((row) => !String(row[kind]).startsWith('arp-'));
}

function portsOf({ tcp, udp }: Row): Row {
  const { srcPort, dstPort } = (tcp ?? udp ?? {}) as Row;
  return { srcPort, dstPort };
}

/** In an order that does not hang on random MACs and ports, which come last. */
function distinct(rows: readonly Row[], part: (row: Row) => Row): readonly Json[] {
  const texts = new Set(rows.map((row) => JSON.stringify(part(row))));
  return [...texts].toSorted().map((text) => JSON.parse(text) as Json);
}

function compare(a: Row, b: Row): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
