// The network namespace of every container, by its process: one command for all of a node's.
import type { Host } from '../backends/host.ts';

const SCRIPT = 'for p do printf "%s " "$p"; readlink "/proc/$p/ns/net" 2>/dev/null || echo gone; done';

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
  const argv = ['sh', '-c', SCRIPT, 'netns', ...pids.map(String)];
  const { stdout } = await node.run(argv, signal && { signal });
  const found = new Map<number, string>();
  for (const line of stdout.split('\n')) {
    const [pid = '', netns = ''] = line.split(' ');
    if (netns.startsWith('net:[')) found.set(Number(pid), netns);
  }
  return found;
}
