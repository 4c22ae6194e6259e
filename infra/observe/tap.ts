// One tcpdump at one interface: started, confirmed listening, stopped, and its counters read.
import type { Running } from '../backends/host.ts';
import type { CaptureOptions, Tap, TapResult, TapStatus } from './capture.ts';
import { TapProgress } from './tap-progress.ts';
import { untilListening } from './until-listening.ts';

/** A tap could not be started. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly tap: string;

  constructor(tap: Tap, why: string, options?: ErrorOptions) {
    super(`tap "${tap.name}" (${tap.dev} on ${tap.host.name}) ${why}`, options);
    this.tap = tap.name;
  }
}

/** A tap that is listening. */
export interface OpenTap {
  /** Whether it has ended. */
  hasEnded(): boolean;
  /**
   * Stops it as soon as it has written all that the kernel has kept for it, or after so many ms, and tells how it fared:
   * where it can, without waiting for the kernel, which waits for all processors before it gives up a packet socket. Never throws.
   */
  finish(patienceMs: number): Promise<TapResult>;
  /** Stops it, and tells how it fared when it has ended. Never throws. */
  close(): Promise<TapResult>;
}

/**
 * Bytes: a whole frame of any usual MTU, and the headers of what an offload has left bigger. The kernel's ring for a tap (2
 * MiB) is cut into slots of this size: with tcpdump's own 262144 it has eight, and a burst of nine packets loses one.
 */
const SNAPLEN = 2048;

/** The last of the lines that tcpdump always prints when it ends; by then it has written all packets (`-U`). */
const DROPPED = /^\d+ packets? dropped by kernel/;

/** The argv of a tap. `--` keeps a filter from being taken for an option. */
export function tcpdumpArgv(dev: string, filter: string, options: CaptureOptions): string[] {
  return [
    'tcpdump',
    ...['-i', dev, '-nn', '-U', '--immediate-mode', '--time-stamp-precision=nano'],
    ...['-s', String(options.snaplen ?? SNAPLEN)],
    ...(options.maxPackets === undefined ? [] : ['-c', String(options.maxPackets)]),
    ...['-w', '-', '--'],
    ...(filter.trim() === '' ? [] : [filter]),
  ];
}

/** Resolves when tcpdump has said that it listens. @throws CaptureError */
export async function openTap(tap: Tap, filter: string, options: CaptureOptions): Promise<OpenTap> {
  const argv = tcpdumpArgv(tap.dev, filter, options);
  const running = await tap.host.start(argv, options.signal && { signal: options.signal }).catch((cause) => {
    throw new CaptureError(tap, `did not start: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  });
  const lines: string[] = [];
  const progress = new TapProgress(running, countedEach(tap.dev));
  const { promise: hasToldAll, resolve: toldAll } = Promise.withResolvers<'told all'>();
  const hear = (line: string) => {
    if (progress.tell(line)) return false;
    lines.push(line);
    if (DROPPED.test(line)) toldAll('told all');
    return line.includes('listening on ');
  };
  const { ended: drained, why } = await untilListening(running, hear, options);
  if (why !== undefined) throw new CaptureError(tap, `${why}: ${complaint(lines) || 'tcpdump said nothing'}`);
  let ended = false;
  running.exited
    .finally(() => {
      ended = true;
    })
    .catch(() => undefined);
  const stop = (isThrough = false) =>
    close({ tap, running, drained, lines, isThrough }, () => ended, options);
  return {
    hasEnded: () => ended,
    close: () => stop(),
    async finish(patienceMs) {
      const through = await progress.caughtUp(patienceMs, drained);
      const stopped = stop(through !== undefined);
      const { take } = running;
      if (through === undefined || take === undefined) return stopped;
      if ((await Promise.race([hasToldAll, stopped])) !== 'told all') return stopped;
      const counters = tcpdumpCounters(lines);
      if (options.maxPackets !== undefined && (counters.captured ?? 0) >= options.maxPackets) return stopped;
      // Its last words may go on with what the interface has dropped, which was told before if it was of the traffic.
      const dropped = Math.max(counters.dropped ?? 0, through.dropped);
      return toldResult(tap, { ...counters, dropped }, take(), true);
    },
  };
}

interface Ending {
  readonly tap: Tap;
  readonly running: Running;
  readonly drained: Promise<'ended'>;
  readonly lines: readonly string[];
  /** It has said that it has all packets from before it was told to end. */
  readonly isThrough: boolean;
}

async function close(
  { tap, running, drained, lines, isThrough }: Ending,
  hasEnded: () => boolean,
  { maxPackets }: CaptureOptions,
): Promise<TapResult> {
  const early = hasEnded();
  let pcap: Buffer = Buffer.alloc(0);
  let failure: string | undefined;
  let exitCode = 0;
  try {
    const stopped = await running.stop('SIGINT');
    pcap = stopped.stdout;
    exitCode = stopped.result.exitCode;
    await drained;
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  const counters = tcpdumpCounters(lines);
  const incomplete = (status: TapStatus, reason: string) => {
    return { name: tap.name, host: tap.host.name, dev: tap.dev, status, reason, ...counters, pcap };
  };
  if (failure !== undefined) return incomplete('died', failure);
  if (maxPackets !== undefined && (counters.captured ?? 0) >= maxPackets) {
    return incomplete('full', `it ended after ${maxPackets} packets, its limit`);
  }
  if (early || counters.captured === undefined) {
    return incomplete('died', `tcpdump ended with ${exitCode}: ${complaint(lines) || 'it said nothing'}`);
  }
  return toldResult(tap, counters, pcap, isThrough);
}

/** Of a tap that lived until it was stopped, by what it has told. */
function toldResult(
  { name, host, dev }: Tap,
  counters: TapCounters,
  pcap: Buffer,
  isThrough: boolean,
): TapResult {
  const { captured = 0, received = 0, dropped = 0 } = counters;
  // What came after it was through is of no interest to anybody.
  const left = isThrough ? 0 : received - captured * countedEach(dev) - dropped;
  const reason =
    left > 0
      ? `${left} packets were still unread at ${dev} when the tap was ended`
      : dropped > 0
        ? `the kernel dropped ${dropped} packets at ${dev}`
        : undefined;
  const status = reason === undefined ? 'complete' : 'dropped';
  return { name, host: host.name, dev, status, ...(reason && { reason }), ...counters, pcap };
}

/**
 * The loopback device hands every packet to a tap as it leaves and as it comes in; the kernel counts both, and libpcap passes
 * over the first (linux_check_direction(), pcap-linux.c, which knows the device by this name).
 */
function countedEach(dev: string): number {
  return dev === 'lo' ? 2 : 1;
}

type TapCounters = Pick<TapResult, 'captured' | 'received' | 'dropped'>;

/** What tcpdump prints when it ends; older versions say "packet" for one. Drops by the interface count as drops. */
export function tcpdumpCounters(lines: readonly string[]): TapCounters {
  const sum = (pattern: RegExp) => {
    const found = lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
    return found.length === 0 ? undefined : found.reduce((total, n) => total + Number(n), 0);
  };
  const captured = sum(/^(\d+) packets? captured/);
  const received = sum(/^(\d+) packets? received by filter/);
  const dropped = sum(/^(\d+) packets? dropped by (?:kernel|interface)/);
  return {
    ...(captured !== undefined && { captured }),
    ...(received !== undefined && { received }),
    ...(dropped !== undefined && { dropped }),
  };
}

/** tcpdump's own words, without the lines it always prints. */
function complaint(lines: readonly string[]): string {
  return lines
    .filter((line) => !/listening on |^\d+ packets? |packets? (captured|received|dropped)/.test(line))
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('; ');
}
