// Which packet was seen where and when: the same packet at several taps, known by what stays the same on its way.
import type { OtherClock } from './clocks.ts';
import { Correlator, type CorrelatorLimits, type PacketPath } from './correlator.ts';
import { mergeTapStreams, mergeTaps, TapClock, type TapStream } from './merge-taps.ts';
import { type Decode, decodePacket } from './packets/decode.ts';
import type { Packet } from './packets/packet.ts';
import { type RawPacket, readPcap } from './pcap.ts';

export type { PacketPath } from './correlator.ts';

const LINKTYPE_ETHERNET = 1;

/** A tap's capture, read and decoded. */
export interface DecodedTap {
  readonly name: string;
  /** Packet n is what `raw` n says. */
  readonly packets: readonly Packet[];
  readonly raw: readonly RawPacket[];
  readonly snaplen: number;
  /** What is wrong with the end of the file. */
  readonly truncated?: string;
  /** That the tap's clock was set while it captured. */
  readonly clock?: string;
  /** That stamped it, where that is not the clock that all are compared with: its stamps have been moved (alignTap). */
  readonly otherClock?: OtherClock;
}

/** @throws TypeError when a tap's bytes are no pcap file or not Ethernet, naming the tap. */
export function decodeTap(
  tap: { readonly name: string; readonly pcap: Buffer },
  decode: Decode = decodePacket,
): DecodedTap {
  try {
    const { packets: raw, truncated, linkType, snaplen } = readPcap(tap.pcap);
    if (linkType !== LINKTYPE_ETHERNET) throw new TypeError(`link type ${linkType} is not Ethernet`);
    const packets = raw.map(decode);
    const clock = clockDoubt(packets);
    return {
      name: tap.name,
      packets,
      raw,
      snaplen,
      ...(truncated && { truncated }),
      ...(clock && { clock }),
    };
  } catch (cause) {
    throw new TypeError(`tap "${tap.name}": ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function clockDoubt(packets: readonly Packet[]): string | undefined {
  const clock = new TapClock(packets[0]?.ns ?? 0n);
  for (const { ns } of packets) clock.time(ns);
  return clock.doubt;
}

/**
 * Paths by time of the first sighting; packets that cannot be decoded are left out. What packets are known by, and what
 * cannot be told apart, is said at `Correlator`.
 */
export function correlate(
  taps: readonly Pick<DecodedTap, 'name' | 'packets' | 'otherClock'>[],
): PacketPath[] {
  const correlator = new Correlator({}, clockOfTap(taps));
  const paths: PacketPath[] = [];
  for (const { tap, packet, time } of mergeTaps(taps)) {
    for (const path of correlator.add(tap, packet, time)) paths.push(path);
  }
  for (const path of correlator.end()) paths.push(path);
  return paths.sort((a, b) => compare(a.sightings[0]?.packet.ns, b.sightings[0]?.packet.ns));
}

/** Which clock stamps at a tap, by its name; undefined where all are stamped by one. */
export function clockOfTap(
  taps: readonly Pick<DecodedTap, 'name' | 'otherClock'>[],
): ((tap: string) => string | undefined) | undefined {
  const others = taps.filter(({ otherClock }) => otherClock !== undefined);
  if (others.length === 0) return undefined;
  const clocks = new Map(others.map(({ name, otherClock }) => [name, otherClock?.id]));
  return (tap) => clocks.get(tap);
}

/**
 * The same for captures of any size. Paths come as soon as they can grow no more, by time of the first sighting but for
 * those that are closed early.
 * @returns doubts about the taps' clocks, each with its tap
 */
export async function* correlateStreams(
  taps: readonly TapStream[],
  limits: CorrelatorLimits = {},
): AsyncGenerator<PacketPath, readonly string[]> {
  const correlator = new Correlator(limits);
  const merged = mergeTapStreams(taps);
  try {
    for (;;) {
      const { done, value } = await merged.next();
      if (done) {
        yield* correlator.end();
        return value;
      }
      for (const { tap, packet, time } of value) {
        for (const path of correlator.add(tap, packet, time)) yield path;
      }
    }
  } finally {
    await merged.return([]);
  }
}

const compare = (a: bigint | undefined, b: bigint | undefined) =>
  (a ?? 0n) < (b ?? 0n) ? -1 : (a ?? 0n) > (b ?? 0n) ? 1 : 0;
