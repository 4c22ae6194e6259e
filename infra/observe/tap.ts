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
  /** Resolves when it has written all that the kernel has kept for it, or after so many ms: `close` tells which. */
  caughtUp(patienceMs: number): Promise<void>;
  /** Stops it and tells how it fared. Never throws. */
  close(): Promise<TapResult>;
}

/**
 * Bytes: a whole frame of any usual MTU, and the headers of what an offload has left bigger. The kernel's ring for a tap (2
 * MiB) is cut into slots of this size: with tcpdump's own 262144 it has eight, and a burst of nine packets loses one.
 */
const SNAPLEN = 2048;

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
  const progress = new TapProgress(running);
  const hear = (line: string) => {
    if (progress.tell(line)) return false;
    lines.push(line);
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
  return {
    caughtUp: (patienceMs) => progress.caughtUp(patienceMs, drained),
    close: () => close(tap, running, drained, lines, () => ended, options),
  };
}

async function close(
  tap: Tap,
  running: Running,
  drained: Promise<'ended'>,
  lines: readonly string[],
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
  const [status, reason] = ((): [TapStatus, string?] => {
    if (failure !== undefined) return ['died', failure];
    if (maxPackets !== undefined && (counters.captured ?? 0) >= maxPackets) {
      return ['full', `it ended after ${maxPackets} packets, its limit`];
    }
    if (early || counters.captured === undefined) {
      return ['died', `tcpdump ended with ${exitCode}: ${complaint(lines) || 'it said nothing'}`];
    }
    const left = (counters.received ?? 0) - counters.captured - (counters.dropped ?? 0);
    if (left > 0)
      return ['dropped', `${left} packets were still unread at ${tap.dev} when the tap was ended`];
    if (counters.dropped) return ['dropped', `the kernel dropped ${counters.dropped} packets at ${tap.dev}`];
    return ['complete'];
  })();
  const { name, dev } = tap;
  return { name, host: tap.host.name, dev, status, ...(reason && { reason }), ...counters, pcap };
}

/** What tcpdump prints when it ends; older versions say "packet" for one. Drops by the interface count as drops. */
export function tcpdumpCounters(
  lines: readonly string[],
): Pick<TapResult, 'captured' | 'received' | 'dropped'> {
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
