// What `bridge monitor fdb` and `ip monitor neigh` print with -timestamp, as events (iproute2: bridge/fdb.c, ip/ipneigh.c).
import type { NeighbourRow } from '../snapshot.ts';
import type { FdbEntry } from './learned-state.ts';

/** One change as a monitor has told it. */
export type LearnedEvent = {
  readonly host: string;
  /** When the monitor took it from the kernel, ns since the epoch, to 1 µs: after the change, mostly by less than 1 ms. */
  readonly ns: bigint;
  readonly deleted: boolean;
} & (
  | {
      readonly table: 'fdb';
      readonly row: FdbEntry;
      /** The bridge had not heard the MAC for its ageing time (NUD_STALE, br_fdb.c fdb_to_nud). */
      readonly stale: boolean;
    }
  | { readonly table: 'neighbours'; readonly row: NeighbourRow }
);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** asctime(3) and microseconds; the day of the month is padded with a space. */
const TIME = /^Timestamp: \w+ (\w{3}) +(\d+) (\d\d):(\d\d):(\d\d) (\d{4}) (\d+) /;
const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/** Takes one line after the other; what is no event is kept in `unread`. */
export class MonitorReader {
  readonly events: LearnedEvent[] = [];
  /** Lines that are no event, such as what the program complains of. */
  readonly unread: string[] = [];
  readonly #host: string;
  #time: bigint | undefined;

  constructor(host: string) {
    this.#host = host;
  }

  /** @returns whether that was an event */
  read(line: string): boolean {
    const time = timeOf(line);
    if (time !== undefined) {
      this.#time = time;
      return false;
    }
    const event = this.#time === undefined ? undefined : eventOf(this.#host, this.#time, line);
    if (event !== undefined) this.events.push(event);
    else if (line.trim() !== '') this.unread.push(line.trim());
    return event !== undefined;
  }
}

function timeOf(line: string): bigint | undefined {
  const [, month = '', day, hour, minute, second, year, micro] = TIME.exec(line) ?? [];
  if (micro === undefined) return undefined;
  const at = [Number(year), MONTHS.indexOf(month), Number(day), Number(hour), Number(minute), Number(second)];
  return BigInt(Date.UTC(...(at as [number, number]))) * 1_000_000n + BigInt(micro) * 1000n;
}

function eventOf(host: string, ns: bigint, line: string): LearnedEvent | undefined {
  const [first = '', ...rest] = line.trim().split(/\s+/);
  const deleted = first === 'Deleted';
  const [subject = '', ...words] = deleted ? rest : [first, ...rest];
  if (MAC.test(subject)) {
    const stale = words.includes('stale');
    return { host, ns, deleted, table: 'fdb', row: fdbEntry(subject, words), stale };
  }
  if (!/^[0-9a-f.:]+$/.test(subject) || !/[.:]/.test(subject)) return undefined;
  return { host, ns, deleted, table: 'neighbours', row: neighbour(subject, words) };
}

/** Words that have a value behind them. */
const VALUED = new Set(['dev', 'dst', 'vlan', 'master', 'lladdr', 'port', 'vni', 'src_vni', 'via', 'nhid']);

function parts(words: readonly string[]): {
  readonly values: ReadonlyMap<string, string>;
  readonly flags: readonly string[];
} {
  const values = new Map<string, string>();
  const flags: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (VALUED.has(word)) values.set(word, words[++at] ?? '');
    else flags.push(word);
  }
  return { values, flags };
}

/** Of a forwarding entry: what `bridge -j` prints as its state, and `readFdb` puts before its flags. */
const STATES = new Set(['permanent', 'static']);

function fdbEntry(mac: string, words: readonly string[]): FdbEntry {
  const { values, flags } = parts(words);
  const [dst, master, vlan] = ['dst', 'master', 'vlan'].map((name) => values.get(name));
  const states = flags.filter((word) => STATES.has(word));
  return {
    mac,
    dev: values.get('dev') ?? '',
    ...(master !== undefined && { master }),
    ...(dst !== undefined && { dst }),
    ...(vlan !== undefined && { vlan: Number(vlan) }),
    flags: [...states, ...flags.filter((word) => word !== 'stale' && !STATES.has(word))],
  };
}

function neighbour(dst: string, words: readonly string[]): NeighbourRow {
  const { values, flags } = parts(words);
  const mac = values.get('lladdr');
  const state = flags.filter((word) => /^[A-Z]+$/.test(word)).join(' ');
  return { dst, dev: values.get('dev') ?? '', ...(mac !== undefined && { mac }), state };
}
