// One packet at many taps, put together as the sightings come: what is held depends on flows, not on packets.
import {
  carried,
  describeIdentity,
  destination,
  flowOf,
  type Identity,
  identify,
  kindOf,
  sameEnds,
  sameNumbers,
  source,
} from './identity.ts';
import type { Frame, Packet } from './packets/packet.ts';
import { inWayOrder } from './way-order.ts';

export interface Sighting {
  /** Tap name. */
  readonly tap: string;
  readonly packet: Packet;
  /** The frame that carries the identity: the packet itself, or the one inside its VXLAN. */
  readonly frame: Frame;
}

/** One packet on its way. */
export interface PacketPath {
  /** Such as echo-request, echo-reply, arp-request, arp-reply, udp, tcp. */
  readonly packet: string;
  /**
   * What it was known by, with the addresses of the first sighting. Packets that look alike are numbered: `#2`. Numbers
   * come round again: beyond the window, two paths may have the same identity.
   */
  readonly identity: string;
  readonly seq?: number;
  /** Addresses at the first sighting (a masquerade changes them on the way). */
  readonly src: string;
  readonly dst: string;
  /** First stamp at each tap, ns; only taps that saw it. */
  readonly at: Readonly<Record<string, bigint>>;
  /**
   * Every sighting, by time; sightings with one stamp stay in the order of the taps. Where several clocks have stamped them:
   * in the order of the packet's way (inWayOrder).
   */
  readonly sightings: readonly Sighting[];
  /**
   * Taps that saw it more than once, and how often: a hairpin port echoed a broadcast, something on the way made a copy,
   * a loop brought it back, or the sender sent the very same packet again.
   */
  readonly repeats?: Readonly<Record<string, number>>;
  /** Sightings that came after the limit of one path and were only counted. */
  readonly uncounted?: number;
  /** Closed before its time, since its flow had too many packets on their way: what came later is a path of its own. */
  readonly early?: true;
}

export interface CorrelatorLimits {
  /** ns from its first sighting in which a packet may be seen again. @default 5 s */
  readonly windowNs?: number;
  /** Packets of one flow that may be on their way at once. @default 256 */
  readonly perFlow?: number;
  /** Packets of all flows that may be on their way at once. @default 16384 */
  readonly open?: number;
  /** Sightings of one packet: a loop has no end. @default 1024 */
  readonly sightings?: number;
}

const DEFAULTS = { windowNs: 5e9, perFlow: 256, open: 16_384, sightings: 1024 } as const;

/**
 * ARP has nothing that numbers its packets, but a host that asks again waits a second (RFC 4861 RETRANS_TIMER, which
 * the kernel uses for IPv4 too), and a flood has echoed within microseconds: sightings nearer than this are one packet.
 */
const ONE_PACKET_NS = 500_000_000;

/** How many packets with equal numbers are looked at for one behind a NAT. */
const NAT_CANDIDATES = 16;
/** Kinds of packets that look alike and are counted; then the counting begins anew. */
const MAX_COUNTED = 65_536;

/** A packet that may still be seen again. */
interface OpenPath {
  /** The frame it was first seen as, and as which a NAT has made it known again. */
  readonly known: { readonly frame: Frame; readonly exact: number }[];
  readonly loose: number | undefined;
  readonly numbered: boolean;
  readonly sightings: Timed[];
  readonly flow: Flow;
  readonly firstAt: number;
  uncounted: number;
  /** Neighbours by time of the first sighting. */
  before: OpenPath | undefined;
  after: OpenPath | undefined;
}

interface Timed extends Sighting {
  /** As given to `add`. */
  readonly time: number;
}

/** Packets of one flow on their way, the oldest first. */
interface Flow {
  readonly name: string;
  readonly open: Set<OpenPath>;
}

/**
 * Give it the sightings of all taps in time order (see mergeTaps), and it gives paths back as soon as they can grow no
 * more, by their first sightings.
 *
 * A packet is known by its numbers (ICMP id, sequence and ping's time stamp; TCP's numbers; the IP identification and
 * the first bytes of a UDP payload) and by its addresses. Behind a NAT it is found again by its numbers alone: always
 * for ping's time stamps; for TCP at a tap that has not seen it yet, or once, since a hairpin brings it back through the
 * interface that it came by; for others at a tap that has not seen it yet, if moreover one of its two ends is unchanged. What it cannot do: follow through a NAT an echo without time stamp (`ping -s` below 16) and without an IP
 * identification, or one whose ICMP id the NAT has changed; tell apart, within half a second, packets that look alike
 * (ARP, neighbour discovery, and other packets that repeat byte for byte); put together segments that an offload has
 * joined or cut between two taps; see a clock that has jumped forward.
 */
export class Correlator {
  readonly #limits: Required<CorrelatorLimits>;
  readonly #clockOf: ((tap: string) => string | undefined) | undefined;
  readonly #exact = new Map<number, OpenPath[]>();
  readonly #loose = new Map<number, OpenPath[]>();
  readonly #flows = new Map<string, Flow>();
  /** How often a packet without numbers was seen, by what it is known by. */
  readonly #seen = new Map<string, number>();
  #oldest: OpenPath | undefined;
  #newest: OpenPath | undefined;
  #open = 0;

  /** @param clockOf tap → which clock stamps there, in case there are several; their stamps are aligned */
  constructor(limits: CorrelatorLimits = {}, clockOf?: (tap: string) => string | undefined) {
    this.#limits = { ...DEFAULTS, ...limits };
    this.#clockOf = clockOf;
  }

  /** Packets that may still be seen again. */
  get open(): number {
    return this.#open;
  }

  /**
   * @param time ns since some beginning, the same for all taps, never less than before (but for the disorder of one tap)
   * @returns paths that can grow no more
   */
  add(tap: string, packet: Packet, time: number): readonly PacketPath[] {
    const closed = this.#expired(time - this.#limits.windowNs);
    const frame = carried(packet);
    const identity = identify(frame);
    if (identity === undefined) return closed ?? NONE;
    const path = this.#find(tap, frame, identity, time);
    if (path !== undefined) {
      if (path.sightings.length < this.#limits.sightings) path.sightings.push({ tap, packet, frame, time });
      else path.uncounted++;
      return closed ?? NONE;
    }
    const early = this.#begin({ tap, packet, frame, time }, identity);
    if (early === undefined) return closed ?? NONE;
    return closed === undefined ? early : [...closed, ...early];
  }

  /** Nothing more comes: everything that is left. */
  end(): readonly PacketPath[] {
    return this.#expired(Number.POSITIVE_INFINITY) ?? NONE;
  }

  #find(tap: string, frame: Frame, identity: Identity, time: number): OpenPath | undefined {
    const { exact, loose, numbered } = identity;
    const stamped = frame.icmp?.stamp !== undefined;
    const same = this.#exact.get(exact);
    if (same !== undefined) {
      // The newest first: of packets that look alike it is the one on its way.
      for (let index = same.length - 1; index >= 0; index--) {
        const path = same[index] as OpenPath;
        if (!numbered && time - path.firstAt >= ONE_PACKET_NS) continue;
        for (const known of path.known) {
          if (known.exact !== exact || !sameNumbers(known.frame, frame)) continue;
          if (stamped || sameEnds(known.frame, frame, 'both')) return path;
        }
      }
    }
    if (loose === undefined) return undefined;
    const alike = this.#loose.get(loose);
    if (alike === undefined) return undefined;
    const last = Math.max(0, alike.length - NAT_CANDIDATES);
    for (let index = alike.length - 1; index >= last; index--) {
      const path = alike[index] as OpenPath;
      const first = path.known[0]?.frame as Frame;
      if (!sameNumbers(first, frame)) continue;
      const here = path.sightings.filter((sighting) => sighting.tap === tap).length;
      if (here > (frame.tcp === undefined ? 0 : 1)) continue;
      if (frame.tcp === undefined && !path.known.some((known) => sameEnds(known.frame, frame, 'one')))
        continue;
      path.known.push({ frame, exact });
      put(this.#exact, exact, path);
      return path;
    }
    return undefined;
  }

  /** @returns the paths that had to make room */
  #begin(first: Timed, { exact, loose, numbered }: Identity): PacketPath[] | undefined {
    const name = flowOf(first.frame);
    let flow = this.#flows.get(name);
    if (flow === undefined) {
      flow = { name, open: new Set() };
      this.#flows.set(name, flow);
    }
    const path: OpenPath = {
      known: [{ frame: first.frame, exact }],
      ...{ loose, numbered, flow, sightings: [first], firstAt: first.time, uncounted: 0 },
      ...{ before: this.#newest, after: undefined },
    };
    if (this.#newest === undefined) this.#oldest = path;
    else this.#newest.after = path;
    this.#newest = path;
    this.#open++;
    flow.open.add(path);
    put(this.#exact, exact, path);
    if (loose !== undefined) put(this.#loose, loose, path);
    const [oldestOfFlow] = flow.open.size > this.#limits.perFlow ? flow.open : [];
    if (oldestOfFlow !== undefined) return [this.#close(oldestOfFlow, true)];
    if (this.#open > this.#limits.open && this.#oldest) return [this.#close(this.#oldest, true)];
    return undefined;
  }

  #expired(before: number): PacketPath[] | undefined {
    let closed: PacketPath[] | undefined;
    while (this.#oldest !== undefined && this.#oldest.firstAt <= before) {
      closed ??= [];
      closed.push(this.#close(this.#oldest, false));
    }
    return closed;
  }

  #close(path: OpenPath, early: boolean): PacketPath {
    if (path.before === undefined) this.#oldest = path.after;
    else path.before.after = path.after;
    if (path.after === undefined) this.#newest = path.before;
    else path.after.before = path.before;
    this.#open--;
    path.flow.open.delete(path);
    if (path.flow.open.size === 0) this.#flows.delete(path.flow.name);
    for (const { exact } of path.known) remove(this.#exact, exact, path);
    if (path.loose !== undefined) remove(this.#loose, path.loose, path);
    return pathOf(path, this.#count(path), early, this.#clockOf);
  }

  /** 1 for the first packet that looks so. */
  #count({ numbered, known }: OpenPath): number {
    if (numbered) return 1;
    const identity = describeIdentity(known[0]?.frame as Frame);
    if (this.#seen.size >= MAX_COUNTED && !this.#seen.has(identity)) this.#seen.clear();
    const count = (this.#seen.get(identity) ?? 0) + 1;
    this.#seen.set(identity, count);
    return count;
  }
}

const NONE: readonly PacketPath[] = [];

function pathOf(
  { sightings, uncounted }: OpenPath,
  count: number,
  early: boolean,
  clockOf: ((tap: string) => string | undefined) | undefined,
): PacketPath {
  // A tap's own stamps may be in slight disorder; sort() keeps the order of the taps for equal ones.
  const inOrder = sightings.every(
    (sighting, index) => index === 0 || (sightings[index - 1]?.time ?? 0) <= sighting.time,
  );
  const byTime = inOrder ? sightings : sightings.toSorted((a, b) => a.time - b.time);
  const sorted = clockOf === undefined ? byTime : inWayOrder(byTime, clockOf);
  const first = sorted[0]?.frame ?? {};
  const at: Record<string, bigint> = {};
  let repeats: Record<string, number> | undefined;
  for (const { tap, packet } of sorted) {
    if (at[tap] === undefined) at[tap] = packet.ns;
    else {
      repeats ??= {};
      repeats[tap] = (repeats[tap] ?? 1) + 1;
    }
  }
  const identity = describeIdentity(first);
  const seq = first.icmp?.seq;
  return {
    packet: kindOf(first),
    identity: count === 1 ? identity : `${identity} #${count}`,
    ...(seq !== undefined && { seq }),
    src: source(first),
    dst: destination(first),
    at,
    sightings: sorted.map(({ tap, packet, frame }) => ({ tap, packet, frame })),
    ...(repeats && { repeats }),
    ...(uncounted > 0 && { uncounted }),
    ...(early && { early: true as const }),
  };
}

function put(map: Map<number, OpenPath[]>, key: number, path: OpenPath): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, [path]);
  else there.push(path);
}

function remove(map: Map<number, OpenPath[]>, key: number, path: OpenPath): void {
  const there = map.get(key);
  if (there === undefined) return;
  const index = there.indexOf(path);
  if (index >= 0) there.splice(index, 1);
  if (there.length === 0) map.delete(key);
}
