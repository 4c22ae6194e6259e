// Listens at many interfaces while there is traffic: every packet is decoded, and followed from tap to tap.
import { alignTap } from '../observe/align-tap.ts';
import { capture, type Tap, type TapResult } from '../observe/capture.ts';
import type { OtherClock } from '../observe/clocks.ts';
import { EarlyTaps } from '../observe/early-taps.ts';
import { decoder, VXLAN_PORTS } from '../observe/packets/decode.ts';
import { correlate, type DecodedTap, decodeTap, type PacketPath } from '../observe/paths.ts';
import { refineClocks } from '../observe/refine-clocks.ts';

/** Of one tap: a storm ends here, and the verdict says so. All taps of an experiment are held in memory. */
const MAX_PACKETS = 20_000;

type ClockOf = (tap: string) => OtherClock | undefined;

export interface Listening {
  readonly taps: readonly Tap[];
  /** pcap-filter(7) expression; empty for everything. @default empty */
  readonly filter?: string;
  /** How long taps stay after the body's end, ms. @default as `capture` does */
  readonly graceMs?: number;
  /** UDP port of VXLAN, beside the usual ones. */
  readonly vxlanPort: number;
  readonly signal?: AbortSignal;
  /**
   * Name of a tap → the clock that stamps there, where it is not the one that all are compared with. It is waited for when
   * the taps have ended. @default one clock
   */
  readonly clockOf?: ClockOf | Promise<ClockOf | undefined>;
  /** As `listenEarly` has started them, with the same filter. */
  readonly early?: EarlyTaps;
}

export interface Heard<T> {
  /** Of the body. */
  readonly result: T;
  readonly tapped: readonly TapResult[];
  /** The same taps, in the same order. */
  readonly decoded: readonly DecodedTap[];
  readonly paths: readonly PacketPath[];
}

/**
 * Starts taps where there will probably be something to hear, while it is still being found out where.
 * @param filter as `Listening` has it
 */
export function listenEarly(taps: readonly Tap[], filter = '', signal?: AbortSignal): EarlyTaps {
  return new EarlyTaps(taps, filter, { ...(signal && { signal }), maxPackets: MAX_PACKETS });
}

/**
 * @param body runs once every tap listens
 * @throws CaptureError naming the tap that did not start; whatever the body throws
 */
export async function listen<T>(
  { taps, filter = '', graceMs, vxlanPort, signal, early, clockOf }: Listening,
  body: () => Promise<T>,
): Promise<Heard<T>> {
  const { result, taps: tapped } = await capture(taps, filter, body, {
    ...(signal && { signal }),
    ...(graceMs !== undefined && { graceMs }),
    ...(early && { early }),
    maxPackets: MAX_PACKETS,
  });
  const decode = decoder({ vxlanPorts: [...VXLAN_PORTS, vxlanPort] });
  const clock = await clockOf;
  const aligned = tapped.map((tap) => alignTap(decodeTap(tap, decode), clock?.(tap.name)));
  const paths = correlate(aligned);
  const decoded = refineClocks(aligned, paths);
  return { result, tapped, decoded, paths: decoded === aligned ? paths : correlate(decoded) };
}
