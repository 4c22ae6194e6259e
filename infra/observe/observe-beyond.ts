// What is beyond the nodes: network namespaces that their veths lead to and that are no node's and no pod's, such as the
// underlay's. Found by what the nodes' kernels say, so that nobody needs to know how the lab was wired.
import type { Host } from '../backends/host.ts';
import { type ObserveOptions, observeHost } from './observe-host.ts';
import { ObserveError } from './sections.ts';
import type { HostSnapshot } from './snapshot.ts';

/** Prints the PID of a process in the network namespace with that inode, if there is one that the node can see. */
const HOLDER = `lsns -t net -n -r -o NS,PID | awk -v "n=$1" '$1 == n { print $2; exit }'`;

/**
 * @param nodes by name
 * @param hosts everything that was observed, by name
 * @param others network namespaces that are known, though nobody has looked into them
 * @returns by name: `underlay` for the first one that is found, the inode for others. What cannot be entered is left out:
 *   the nodes of a real cluster show no process there
 */
export async function observeBeyond(
  nodes: ReadonlyMap<string, Host>,
  hosts: Readonly<Record<string, HostSnapshot>>,
  options: ObserveOptions = {},
  others: readonly string[] = [],
): Promise<Record<string, HostSnapshot>> {
  const found: Record<string, HostSnapshot> = {};
  for (const [netns, node] of unobserved(nodes, hosts, others)) {
    const snapshot = await enterAndObserve(node, netns, options);
    const name = 'underlay' in hosts || 'underlay' in found ? netns : 'underlay';
    if (snapshot?.netns === netns) found[name] = snapshot;
  }
  return found;
}

/** `net:[inode]` → a node with a veth that leads there. */
function unobserved(
  nodes: ReadonlyMap<string, Host>,
  hosts: Readonly<Record<string, HostSnapshot>>,
  others: readonly string[],
): ReadonlyMap<string, Host> {
  const known = new Set([...others, ...Object.values(hosts).map(({ netns }) => netns)]);
  const wanted = new Map<string, Host>();
  for (const [name, node] of nodes) {
    const { interfaces = [], netnsids = [] } = hosts[name] ?? {};
    const inodes = new Map(netnsids.map(({ netnsid, netns }) => [netnsid, netns]));
    for (const { kind, peerNetnsid = -1 } of interfaces) {
      const netns = inodes.get(peerNetnsid);
      if (kind === 'veth' && netns !== undefined && !known.has(netns)) wanted.set(netns, node);
    }
  }
  return wanted;
}

async function enterAndObserve(
  node: Host,
  netns: string,
  options: ObserveOptions,
): Promise<HostSnapshot | undefined> {
  const inode = netns.replace(/\D/g, '');
  const signal = options.signal && { signal: options.signal };
  const { stdout } = await node.run(['sh', '-c', HOLDER, 'holder', inode], signal);
  const pid = stdout.trim();
  if (pid === '') return undefined;
  const inside: Host = {
    name: netns,
    run: (argv, how) => node.run(['nsenter', '-t', pid, '-n', '--', ...argv], how),
    start: (argv, how) => node.start(['nsenter', '-t', pid, '-n', '--', ...argv], how),
    read: (path) => node.read(path),
    write: (files) => node.write(files),
  };
  try {
    return await observeHost(inside, 'node', { ...options, leaseDirs: [] });
  } catch (error) {
    // nsenter was not let in, or the process has ended since.
    if (error instanceof ObserveError) return undefined;
    throw error;
  }
}
