// The network namespace of every container, by its process: one process for all of a node's.
import type { Host } from '../backends/host.ts';

const LINK = /\/proc\/(\d+)\/ns\/net -> (net:\[\d+\])$/;

/**
 * @param pids in the cluster's PID namespace, which the node's /proc shows
 * @returns PID → `net:[inode]`; a process that is gone has no entry
 */
export async function containerNetns(
  node: Host,
  pids: readonly number[],
  signal?: AbortSignal | undefined,
): Promise<ReadonlyMap<number, string>> {
  if (pids.length === 0) return new Map();
  // POSIX has no other program that reads many links and says which is which: `ls -l` ends such a line with "name -> target".
  const argv = ['ls', '-ld', ...pids.map((pid) => `/proc/${pid}/ns/net`)];
  const { stdout } = await node.run(argv, signal && { signal });
  const found = new Map<number, string>();
  for (const line of stdout.split('\n')) {
    const [, pid, netns] = LINK.exec(line) ?? [];
    if (netns !== undefined) found.set(Number(pid), netns);
  }
  return found;
}
