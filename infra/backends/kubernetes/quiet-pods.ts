// Pods of an IPv4 lab say nothing over IPv6: router solicitations and multicast reports would be in every capture, and teach a
// bridge addresses. Pods of backend netns have no IPv6 in such a lab, either.
import type { PodStatus } from '../backend.ts';
import type { Host } from '../host.ts';
import { HostError } from '../host-error.ts';

/** `$@`: PIDs. A kernel without IPv6 has no such file. */
const SCRIPT = `
for pid do
  nsenter -t "$pid" -n sh -c 'for conf in all default; do
    file=/proc/sys/net/ipv6/conf/$conf/disable_ipv6
    [ ! -e $file ] || echo 1 > $file || exit
  done' || exit
done
`;

/** One command for all pods of a node. */
export async function quietPods(node: Host, pods: readonly PodStatus[], signal: AbortSignal): Promise<void> {
  if (pods.length === 0) return;
  const argv = ['sh', '-c', SCRIPT, 'quiet', ...pods.map(({ pid }) => String(pid))];
  const { exitCode, stderr } = await node.run(argv, { signal });
  if (exitCode !== 0)
    throw new HostError(
      'failed',
      node.name,
      argv.slice(0, 1),
      'IPv6 cannot be switched off in pods (setting podIPv6=keep leaves it on)',
      stderr,
    );
}
