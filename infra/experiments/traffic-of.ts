// The traffic of a capture: a series of pings, or any command that is run while the taps listen.

import { fillArgv } from '../lab/template.ts';
import type { Check } from './evaluate-check.ts';
import { ExperimentError, type ExperimentOf, type Running } from './experiment.ts';
import { defaultCheck } from './ping.ts';
import { runPing, targetAddress, trafficMs } from './run-ping.ts';
import { runCommand } from './run-steps.ts';

/** A command ends before its connections do: FINs and the last acknowledgements are for the kernels to finish. */
const CLOSING_MS = 250;

type Capture = ExperimentOf<'capture'>;

export interface CaptureTraffic {
  /** What it observes, and under which name. */
  readonly seenAs: 'ping' | 'traffic';
  /** pcap-filter(7) expression for taps that are told none. */
  filter(running: Pick<Running, 'lookup'>): string;
  /** How long taps stay after its end, ms; @default as `capture` does */
  readonly graceMs?: number;
  /** Time it spends waiting at its interval, ms. */
  readonly waitMs: number;
  /** What a capture without checks of its own asserts. */
  readonly check: Check;
  /** Whether every run sends the same packets in the same pieces. TCP cuts and acknowledges as time has it. */
  readonly repeatable: boolean;
  /** @throws ExperimentError when it could not be run; HostError when its host is gone */
  run(running: Running): Promise<unknown>;
}

/** @throws ExperimentError for an experiment that has none, which a resolved lab does not */
export function trafficOf({ name, ping, traffic }: Capture): CaptureTraffic {
  if (ping)
    return {
      seenAs: 'ping',
      // The echoes, and how neighbours are found; nothing of the other family, which is not about the ping.
      filter: (running) => (targetAddress(running, ping).includes(':') ? 'icmp6' : 'icmp or arp'),
      waitMs: trafficMs(ping),
      check: defaultCheck(ping, 'ping'),
      repeatable: true,
      run: (running) => runPing(running, ping),
    };
  if (traffic === undefined) throw new ExperimentError(`the capture ${name} has no traffic`);
  return {
    seenAs: 'traffic',
    filter: () => 'ip or arp',
    graceMs: CLOSING_MS,
    waitMs: CLOSING_MS,
    check: { name: 'the command succeeds', select: 'traffic', expect: { exitCode: 0 } },
    repeatable: false,
    run: ({ cluster, lookup, signal }) =>
      runCommand(cluster.host(traffic.in), traffic, fillArgv(traffic.command, lookup), signal),
  };
}
