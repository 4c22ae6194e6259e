// What a learning experiment saw, for people: who learned what from which packet, and how frames crossed bridges. Pure.
import type { Json } from '../experiments/result.ts';
import { PLAIN, type Terminal } from './paint.ts';
import { numbers, renderTable } from './table.ts';
import { wrap } from './wrap.ts';

/** A packet at a tap. Times are ns since the first packet of the capture. */
interface PacketRef {
  readonly tap: string;
  readonly packet: string;
  readonly seq?: number;
  readonly ns: number;
}

/** Of `changes`, what is told here (learned-rows.ts writes them). */
interface Change {
  readonly host: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly text: string;
  readonly ns?: number;
  readonly causedBy: PacketRef | null;
  readonly perhaps?: readonly PacketRef[];
  readonly why?: string;
  readonly lastFrame?: PacketRef & { readonly silentNs?: number };
}

/** Of `bridged`, the same. */
interface Crossing {
  readonly packet: string;
  readonly seq?: number;
  readonly ns: number;
  readonly host: string;
  readonly bridge: string;
  readonly in: string;
  readonly out: readonly string[];
  readonly flooded?: boolean;
  readonly unclear?: string;
}

interface Learning {
  readonly ping: {
    readonly from: string;
    readonly to: string;
    readonly transmitted: number;
    readonly received: number;
  };
  readonly changes: readonly Change[];
  readonly bridged: readonly Crossing[];
  readonly notObserved: readonly { readonly host: string; readonly table: string; readonly why: string }[];
}

/** As `exec --changes` has them. */
const SIGNS = { added: '+', removed: '-', changed: '~' } as const;

const LEGEND =
  'MS are since the first packet: of the packet that taught it, and where no packet did, of the kernel’s word that it has changed.';

/** @param observed of an experiment of kind `learning` @returns several lines, without a trailing newline; undefined when nothing was observed */
export function learningText(observed: Json, terminal: Terminal = PLAIN): string | undefined {
  if (observed === null) return undefined;
  const { ping, changes, bridged, notObserved } = observed as unknown as Learning;
  const { paint, width } = terminal;
  const part = (title: string, body: string) => `${paint('bold', title)}\n${body}`;
  return [
    `${ping.from} → ${ping.to}: ${ping.received} of ${ping.transmitted} answered`,
    part('Who learned what', changes.length === 0 ? '  nobody anything' : changesTable(changes, terminal)),
    part(
      'How frames crossed bridges',
      bridged.length === 0 ? '  none was seen' : crossingsTable(bridged, terminal),
    ),
    ...unread(notObserved).map((line) => wrap(line, width, 2)),
    paint('dim', wrap(LEGEND, width)),
  ].join('\n');
}

/** A line for each reason: it is mostly the same one everywhere. */
function unread(rows: Learning['notObserved']): readonly string[] {
  return [...Map.groupBy(rows, ({ table, why }) => `${table}: ${why}`)].map(
    ([what, hosts]) => `not read on ${hosts.map(({ host }) => host).join(', ')}: ${what}`,
  );
}

/** In the order in which it was taught, which is not that in which the kernel told of it. */
function changesTable(changes: readonly Change[], { paint, width }: Terminal): string {
  const moment = ({ causedBy, ns }: Change) => causedBy?.ns ?? ns;
  const rows = changes
    .toSorted((a, b) => (moment(a) ?? Infinity) - (moment(b) ?? Infinity))
    .map((change) => [
      ms(moment(change)),
      change.host,
      `${SIGNS[change.change]} ${change.text}`,
      because(change),
    ]);
  return renderTable([numbers('MS'), 'WHO', 'WHAT', 'FROM WHAT'], rows, {
    width,
    indent: 2,
    decorate: dim(paint),
  });
}

function crossingsTable(crossings: readonly Crossing[], { paint, width }: Terminal): string {
  const rows = crossings.map((crossing) => {
    const { packet, seq, ns, host, bridge, out, flooded, unclear } = crossing;
    const how = unclear ?? (flooded ? 'flooded' : undefined);
    return [ms(ns), `${host} ${bridge}`, named(packet, seq), crossing.in, out.join(', '), how];
  });
  const columns = [numbers('MS'), 'BRIDGE', 'FRAME', 'IN', 'OUT', 'HOW'];
  return renderTable(columns, rows, { width, indent: 2, decorate: dim(paint) });
}

function because({ causedBy, perhaps = [], why, lastFrame }: Change): string {
  const by = causedBy === null ? why : place(causedBy);
  const perhapsBy = causedBy === null ? '; perhaps' : ', or';
  const others = perhaps.map((one) => `${perhapsBy} ${place(one)}`).join('');
  const last = lastFrame && `; the last was ${place(lastFrame)}, ${ms(lastFrame.silentNs)} ms before`;
  return `${by ?? ''}${others}${last ?? ''}`;
}

const place = ({ tap, packet, seq }: PacketRef) => `${named(packet, seq)} at ${tap}`;
const named = (packet: string, seq: number | undefined) => (seq === undefined ? packet : `${packet} ${seq}`);
const ms = (ns: number | undefined) => (ns === undefined ? '' : (ns / 1e6).toFixed(3));
const dim = (paint: Terminal['paint']) => (header: string) => paint('dim', header);
