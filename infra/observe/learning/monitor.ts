// One monitor of a netns: a program that tells what the kernel changes, started, and known to be heard from then on.
import type { Host } from '../../backends/host.ts';
import { type ListenerOptions, untilListening } from '../until-listening.ts';
import { type LearnedEvent, MonitorReader } from './monitor-lines.ts';

/** A monitor could not be started. */
export class MonitorError extends Error {
  override readonly name = 'MonitorError';
}

/** The programs: forwarding entries, neighbours of IPv4, and of IPv6. */
export const MONITORS = {
  fdb: ['bridge', '-timestamp', 'monitor', 'fdb'],
  // Without a family it tells forwarding entries too, in a form that looks like a neighbour's.
  inet: ['ip', '-4', '-timestamp', 'monitor', 'neigh'],
  inet6: ['ip', '-6', '-timestamp', 'monitor', 'neigh'],
} as const;

/**
 * The programs print nothing when they begin, so what they have asked the kernel for is read from the kernel: one of the
 * process's netlink sockets is a member of a group (/proc/net/netlink: inode in the last column, groups in the fourth).
 * Only standard error is passed on line by line. Times are printed without a zone.
 */
const HEARD = `pid=$$
(until readlink /proc/$pid/fd/* 2>/dev/null | awk '
  NR == FNR { gsub(/[^0-9]/, ""); if ($0 != "") mine[$0]; next }
  $4 ~ /[1-9a-f]/ && ($NF in mine) { found = 1 }
  END { exit !found }' - /proc/net/netlink
do [ -d /proc/$pid/fd ] || exit; sleep 0.01; done; echo listening >&2) &
exec env TZ=UTC "$@" >&2`;

export interface OpenMonitor {
  /** Every change told so far, oldest first. */
  readonly events: readonly LearnedEvent[];
  /** Ends it. Never throws. */
  close(): Promise<void>;
}

export interface MonitorOptions extends ListenerOptions {
  /** Called after each event. */
  readonly onEvent?: () => void;
}

/** Resolves when no change can be missed any more. @throws MonitorError with the program's own words */
export async function openMonitor(
  host: Host,
  kind: keyof typeof MONITORS,
  options: MonitorOptions = {},
): Promise<OpenMonitor> {
  const { signal, onEvent = () => {} } = options;
  const program = MONITORS[kind];
  const what = `"${program.join(' ')}" on ${host.name}`;
  const running = await host
    .start(['sh', '-c', HEARD, 'monitor', ...program], signal && { signal })
    .catch((cause) => {
      throw new MonitorError(`${what} did not start: ${cause instanceof Error ? cause.message : cause}`, {
        cause,
      });
    });
  const reader = new MonitorReader(host.name);
  const hear = (line: string) => {
    if (line === 'listening') return true;
    if (reader.read(line)) onEvent();
    return false;
  };
  const { ended, why } = await untilListening(running, hear, options);
  if (why !== undefined)
    throw new MonitorError(`${what} ${why}: ${reader.unread.join('; ') || 'it said nothing'}`);
  return {
    events: reader.events,
    async close() {
      // What it had told until now is not lost with it: the lines end when all have been read.
      await running.stop('SIGTERM').catch(() => undefined);
      await ended;
    },
  };
}
