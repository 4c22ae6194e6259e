// Sends a series of pings from a pod or node, and reads what came of it.
import { randomBytes } from 'node:crypto';
import { familyOf } from '../lab/cidr.ts';
import type { PingTraffic } from '../lab/schema.ts';
import { fillTemplates } from '../lab/template.ts';
import { ExperimentError, type Running } from './experiment.ts';
import { type ParsedPing, parsePing } from './parse-ping.ts';

/** A series of pings as a lab file has it. */
export type Traffic = Omit<PingTraffic, 'size' | 'family'> & {
  readonly size?: number | undefined;
  readonly family?: PingTraffic['family'];
};

export interface PingObservation extends ParsedPing {
  readonly from: string;
  readonly to: string;
}

/** Milliseconds ping may take beyond its own waiting before it counts as hung. */
const MARGIN_MS = 10_000;

/** The argv of iputils ping. `cookie` is hexadecimal, at most 16 bytes; it fills the payload, so that packets can be told apart. */
export function pingArgv(traffic: Traffic, address: string, cookie: string): string[] {
  return [
    'ping',
    ...['-n', '-c', `${traffic.count}`, '-i', `${traffic.interval}`, '-W', `${traffic.timeout}`],
    ...(traffic.size === undefined ? [] : ['-s', `${traffic.size}`]),
    ...(traffic.dontFragment ? ['-M', 'do'] : []),
    ...['-p', cookie, address],
  ];
}

/** Time a series waits at its interval, ms. */
export function trafficMs(traffic: Traffic): number {
  return (traffic.count - 1) * traffic.interval * 1000;
}

/**
 * @throws ExperimentError when ping itself did not work, so that nothing was learnt about the network
 * @throws HostError when the sender is gone
 */
export async function runPing(
  running: Running,
  traffic: Traffic,
  cookie = newCookie(),
): Promise<PingObservation> {
  const { cluster, lookup, signal } = running;
  const address = targetAddress(running, traffic);
  const argv = pingArgv(traffic, address, cookie);
  const from = String(fillTemplates(traffic.from, lookup));
  const timeoutMs = trafficMs(traffic) + traffic.timeout * 1000 + MARGIN_MS;
  const result = await cluster.host(from).run(argv, { signal, timeoutMs });
  const parsed = parsePing(result.stdout, result.stderr);
  if (parsed === undefined) {
    const said = result.stderr.trim() || result.stdout.trim() || 'it said nothing';
    throw new ExperimentError(`ping on ${from} ended with ${result.exitCode}: ${said}`);
  }
  return { from, to: traffic.to, ...parsed };
}

/** Eight bytes in hexadecimal that no other series has. */
export const newCookie = (): string => randomBytes(8).toString('hex');

/**
 * A pod's or node's address by its name; anything else is taken for an address.
 * @throws ExperimentError when it has none of that family, or is neither
 */
export function targetAddress(
  { lookup }: Pick<Running, 'lookup'>,
  { to, family }: Pick<Traffic, 'to' | 'family'>,
): string {
  const filled = String(fillTemplates(to, lookup));
  const address = lookup(filled, family === 6 ? 'address6' : 'address');
  if (address === undefined && lookup(filled, 'name') !== undefined)
    throw new ExperimentError(`${filled} has no IPv${family === 6 ? 6 : 4} address`);
  // The word would be ping's last, where it takes options as well.
  if (address === undefined && familyOf(filled) === undefined)
    throw new ExperimentError(
      `"${filled}" is no address, no pod and no node of the lab: nothing can be sent to it`,
    );
  return String(address ?? filled);
}
