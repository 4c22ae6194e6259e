// Captures at many interfaces at once: all taps are listening before the body runs, and each says how it fared.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../backends/host.ts';
import type { EarlyTaps } from './early-taps.ts';
import { type OpenTap, openTap } from './tap.ts';
import type { ListenerOptions } from './until-listening.ts';

export interface Tap {
  /** What checks and reports call it. */
  readonly name: string;
  readonly host: Host;
  /** Interface, as its host calls it. */
  readonly dev: string;
}

export interface CaptureOptions extends ListenerOptions {
  /** Bytes kept of each packet. @default 2048 */
  readonly snaplen?: number;
  /** A tap ends after so many packets, with status `full`. @default no limit */
  readonly maxPackets?: number;
  /** Milliseconds from the body's end until the taps are asked whether they are through, for what is still on its way. @default 5 */
  readonly graceMs?: number;
  /** Milliseconds that a tap has then to write what the kernel has kept for it; a busy machine takes its time. @default 2000 */
  readonly patienceMs?: number;
  /** Taps that were started before, on a guess, with the same filter and options. Those that are not wanted end first. */
  readonly early?: EarlyTaps;
}

/**
 * `complete`: everything that matched was kept. Any other status means that something may be missing, and a verdict
 * that rests on the tap is inconclusive: `dropped` (the kernel lost packets), `full` (maxPackets), `died`.
 */
export type TapStatus = 'complete' | 'dropped' | 'full' | 'died';

export interface TapResult {
  readonly name: string;
  readonly host: string;
  readonly dev: string;
  readonly status: TapStatus;
  /** Why it is not complete, with tcpdump's own words. */
  readonly reason?: string;
  /** tcpdump's counters; absent when it did not get to print them. */
  readonly captured?: number;
  readonly received?: number;
  readonly dropped?: number;
  /** Classic pcap, ns stamps. */
  readonly pcap: Buffer;
}

/**
 * @param filter pcap-filter(7) expression for every tap; empty for everything
 * @param body makes the traffic; it runs once every tap listens
 * @returns when every tap has told all; the kernel may still be ending some
 * @throws CaptureError naming the tap that did not start, with tcpdump's words; whatever the body throws
 */
export async function capture<T>(
  taps: readonly Tap[],
  filter: string,
  body: () => Promise<T>,
  options: CaptureOptions = {},
): Promise<{ readonly result: T; readonly taps: readonly TapResult[] }> {
  options.signal?.throwIfAborted();
  const { early, patienceMs = 2000 } = options;
  const starting = taps.map(async (tap) => (await early?.take(tap.name)) ?? openTap(tap, filter, options));
  // By now each tap has been asked for.
  const [opening] = await Promise.all([Promise.allSettled(starting), early?.end()]);
  const open = opening.flatMap((o): OpenTap[] => (o.status === 'fulfilled' ? [o.value] : []));
  const failed = opening.find((o) => o.status === 'rejected');
  try {
    if (failed) throw failed.reason;
    options.signal?.throwIfAborted();
    const result = await body();
    await sleep(options.graceMs ?? 5, undefined, options.signal && { signal: options.signal });
    return { result, taps: await Promise.all(open.map((tap) => tap.finish(patienceMs))) };
  } catch (error) {
    await Promise.all(open.map((tap) => tap.close()));
    throw error;
  }
}
