// Makes hosts forget what they have learned, so that an experiment begins where nobody knows anybody.
import type { Host } from '../backends/host.ts';
import { ExperimentError } from './experiment.ts';

/** Of bridges, what was learned; of neighbours, all but those that somebody has set for good. */
const FORGET = `ip neigh flush all && ip -o link show type bridge | while IFS=': ' read -r _ dev _; do
  ip link set "$dev" type bridge fdb_flush || exit
done`;

/**
 * Twice: a host that is not through yet may just be probing for a neighbour (five seconds after it was used last, NUD_DELAY),
 * and whom it asks learns from that. After the first time nobody has anything left to probe for.
 * @throws ExperimentError naming the host and what did not work there
 */
export async function forgetLearned(hosts: readonly Host[], signal: AbortSignal): Promise<void> {
  for (let time = 1; time <= 2; time++) await Promise.all(hosts.map((host) => forget(host, signal)));
}

async function forget(host: Host, signal: AbortSignal): Promise<void> {
  const { exitCode, stderr, stdout } = await host.run(['sh', '-c', FORGET], { signal });
  if (exitCode !== 0)
    throw new ExperimentError(
      `${host.name} cannot be made to forget what it has learned: ${(stderr || stdout).trim() || 'no message'}`,
    );
}
