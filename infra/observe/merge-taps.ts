// Sightings of all taps in the order of time, one tap's clock steps taken out.
import type { Packet } from './packets/packet.ts';

export interface TimedSighting {
  readonly tap: string;
  readonly packet: Packet;
  /** ns since the first stamp of the first tap, without the steps. */
  readonly time: number;
}

/** Packets on several CPUs may be stamped in slight disorder; nobody's clock is set by less than this. */
const STEP_NS = 10_000_000;

/** One tap's time. It never goes back by more than the disorder of a tap. */
export class TapClock {
  readonly #start: bigint;
  #offset = 0;
  #latest = Number.NEGATIVE_INFINITY;
  #packets = 0;
  #steps = 0;
  #first: { readonly packet: number; readonly ns: number } | undefined;

  /** @param start the stamp that is 0, the same for all taps */
  constructor(start: bigint) {
    this.#start = start;
  }

  /** @returns ns since the start */
  time(ns: bigint): number {
    this.#packets++;
    let time = Number(ns - this.#start) + this.#offset;
    if (time < this.#latest - STEP_NS) {
      this.#steps++;
      this.#first ??= { packet: this.#packets, ns: this.#latest - time };
      // Nobody knows how long it took from the packet before the step to the one behind it: no time at all.
      this.#offset += this.#latest - time;
      time = this.#latest;
    }
    if (time > this.#latest) this.#latest = time;
    return time;
  }

  /** What a person should know about the stamps; undefined when they never went back. */
  get doubt(): string | undefined {
    if (this.#first === undefined) return undefined;
    const { packet, ns } = this.#first;
    const more = this.#steps > 1 ? `, and ${this.#steps - 1} more` : '';
    return `the clock went back by ${Math.round(ns / 1e6)} ms at packet ${packet}${more}`;
  }
}

/** A tap whose packets come in parts, such as the chunks of a file. */
export interface TapStream {
  readonly name: string;
  readonly packets: AsyncIterable<readonly Packet[]>;
}

/** A tap that is being read: the packets at hand, and the time of the next. */
interface Head {
  readonly name: string;
  readonly clock: TapClock;
  packets: readonly Packet[];
  next: number;
  time: number;
}

/** Sightings with one stamp come in the order of the taps. */
export function* mergeTaps(
  taps: readonly { readonly name: string; readonly packets: readonly Packet[] }[],
): Generator<TimedSighting> {
  const start = taps.find(({ packets }) => packets.length > 0)?.packets[0]?.ns ?? 0n;
  const heads = taps
    .filter(({ packets }) => packets.length > 0)
    .map(({ name, packets }) => headOf(name, packets, new TapClock(start)));
  while (heads.length > 0) {
    const head = earliest(heads);
    const packet = head.packets[head.next] as Packet;
    yield { tap: head.name, packet, time: head.time };
    if (!advance(head)) heads.splice(heads.indexOf(head), 1);
  }
}

/** The same for taps of any size: what is held is one part of each. */
export async function* mergeTapStreams(
  taps: readonly TapStream[],
): AsyncGenerator<readonly TimedSighting[], readonly string[]> {
  const sources = new Map<Head, AsyncIterator<readonly Packet[]>>();
  const clocks: { readonly name: string; readonly clock: TapClock }[] = [];
  let start: bigint | undefined;
  try {
    for (const { name, packets } of taps) {
      const iterator = packets[Symbol.asyncIterator]();
      const first = await nextPart(iterator);
      if (first === undefined) continue;
      start ??= first[0]?.ns ?? 0n;
      const clock = new TapClock(start);
      clocks.push({ name, clock });
      sources.set(headOf(name, first, clock), iterator);
    }
    let heads = [...sources.keys()];
    while (heads.length > 0) {
      const merged: TimedSighting[] = [];
      let head = earliest(heads);
      // Until one tap's part is used up: only then is there something to wait for.
      for (;;) {
        merged.push({ tap: head.name, packet: head.packets[head.next] as Packet, time: head.time });
        if (!advance(head)) break;
        head = earliest(heads);
      }
      yield merged;
      const part = await nextPart(sources.get(head) as AsyncIterator<readonly Packet[]>);
      if (part === undefined) heads = heads.filter((other) => other !== head);
      else refill(head, part);
    }
  } finally {
    for (const iterator of sources.values()) await iterator.return?.();
  }
  return clocks.flatMap(({ name, clock }) =>
    clock.doubt === undefined ? [] : [`tap "${name}": ${clock.doubt}`],
  );
}

async function nextPart(iterator: AsyncIterator<readonly Packet[]>): Promise<readonly Packet[] | undefined> {
  for (;;) {
    const { done, value } = await iterator.next();
    if (done) return undefined;
    if (value.length > 0) return value;
  }
}

function headOf(name: string, packets: readonly Packet[], clock: TapClock): Head {
  return { name, clock, packets, next: 0, time: clock.time(packets[0]?.ns ?? 0n) };
}

function refill(head: Head, packets: readonly Packet[]): void {
  head.packets = packets;
  head.next = 0;
  head.time = head.clock.time(packets[0]?.ns ?? 0n);
}

/** @returns false when the part is used up */
function advance(head: Head): boolean {
  const packet = head.packets[++head.next];
  if (packet === undefined) return false;
  head.time = head.clock.time(packet.ns);
  return true;
}

function earliest(heads: readonly Head[]): Head {
  let first = heads[0] as Head;
  for (let index = 1; index < heads.length; index++) {
    const head = heads[index] as Head;
    if (head.time < first.time) first = head;
  }
  return first;
}
