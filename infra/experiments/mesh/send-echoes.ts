// Lets one host send echo requests to many addresses: one process, however many they are.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import type { Host } from '../../backends/host.ts';
import { ExperimentError } from '../experiment.ts';
import { type Echoes, parseEchoes } from './parse-echoes.ts';

export interface EchoTraffic {
  /** Requests to each address. */
  readonly count: number;
  /** Seconds between two requests of the host. */
  readonly interval: number;
  /** Payload bytes, or as many as the route to the address takes in one packet that nobody may fragment. */
  readonly size: number | 'mtu';
  readonly dontFragment: boolean;
  /** Seconds to wait for the last answer. */
  readonly timeout: number;
}

/** Milliseconds it may take beyond its own waiting before it counts as hung. */
const MARGIN_MS = 20_000;
const SCRIPT = readFileSync(new URL('./echoes.pl', import.meta.url), 'utf8');

/**
 * What came of each address, in their order. The identifier and the payload are of this call alone, so that answers to
 * others in the same network namespace are not taken for its own.
 * @param addresses times `count` at most 65,536: sequence numbers have 16 bits (RFC 792), and each request has its own
 * @throws ExperimentError when nothing could be sent at all
 * @throws HostError when the host is gone
 */
export async function sendEchoes(
  host: Host,
  addresses: readonly string[],
  traffic: EchoTraffic,
  signal?: AbortSignal,
): Promise<readonly Echoes[]> {
  const { count, interval, size, dontFragment, timeout } = traffic;
  const whole = dontFragment || size === 'mtu' ? 1 : 0;
  const words = [
    randomBytes(2).readUInt16BE(),
    randomBytes(8).toString('hex'),
    ...[count, interval * 1000, timeout * 1000, size, whole],
  ];
  const stdin = addresses.map((address) => `${bytesOf(address)}\n`).join('');
  const waits = addresses.length * count * interval + timeout;
  const timeoutMs = waits * 1000 + MARGIN_MS;
  const run = await host.run(['perl', '-e', SCRIPT, ...words.map(String)], {
    stdin,
    timeoutMs,
    ...(signal && { signal }),
  });
  if (run.exitCode !== 0) {
    const said = run.stderr.trim() || `it ended with ${run.exitCode}`;
    throw new ExperimentError(`${host.name} could not send echo requests: ${said}`);
  }
  return parseEchoes(run.stdout, addresses);
}

function bytesOf(address: string): string {
  return Buffer.from(ipaddr.parse(address).toByteArray()).toString('hex');
}
