// What is beyond the nodes: network namespaces that their veths lead to and that are no node's and no pod's, such as the
// underlay's. Found by what the nodes' kernels say, so that nobody needs to know how the lab was wired.
import type { Host } from '../backends/host.ts';
import { heldNetns } from './held-netns.ts';
import { type ObserveOptions, observeHost } from './observe-host.ts';
import { ObserveError } from './sections.ts';
import type { HostSnapshot } from './snapshot.ts';

/** Observed by what `suspectBeyond` could know: by `net:[inode]`. */
export type Suspects = ReadonlyMap<string, HostSnapshot>;

/**
 * @param nodes by name
 * @param hosts everything that was observed, by name
 * @param others network namespaces that are known, though nobody has looked into them
 * @param suspects some that have been looked into already
 * @returns by name: `underlay` for the first one with a bridge, the inode for others, among them pods of a real cluster that
 *   are not the lab's. What cannot be entered is left out
 */
export async function observeBeyond(
  nodes: ReadonlyMap<string, Host>,
  hosts: Readonly<Record<string, HostSnapshot>>,
  options: ObserveOptions = {},
  others: readonly string[] = [],
  suspects: Suspects = new Map(),
): Promise<Record<string, HostSnapshot>> {
  const found: Record<string, HostSnapshot> = {};
  for (const [netns, node] of unobserved(nodes, hosts, others)) {
    const snapshot = suspects.get(netns) ?? (await findAndObserve(node, netns, options));
    const joins = snapshot?.interfaces.some(({ kind }) => kind === 'bridge') ?? false;
    const name = joins && !('underlay' in hosts) && !('underlay' in found) ? 'underlay' : netns;
    if (snapshot?.netns === netns) found[name] = snapshot;
  }
  return found;
}

/**
 * Looks into what may turn out to be beyond the nodes while the nodes are being read themselves: everything that a node has
 * a number for, but what is known to be a node's or a pod's.
 * @param known PIDs of nodes and pods, as the nodes' /proc shows them
 * @returns what it could read; why it could not read the rest is of no interest before it is known to be wanted
 */
export async function suspectBeyond(
  nodes: ReadonlyMap<string, Host>,
  known: readonly number[],
  options: ObserveOptions = {},
): Promise<Suspects> {
  const held = await Promise.all(
    [...nodes.values()].map(async (node) => {
      const all = await heldNetns(node, options.signal).catch(() => []);
      return all.map((one) => ({ ...one, node }));
    }),
  );
  const wanted = held.flat().filter(({ numbered, pid }) => numbered && !known.includes(pid));
  const each = new Map(wanted.map((one) => [one.netns, one]));
  const read = [...each.values()].map(async ({ netns, node, pid }) => {
    const snapshot = await enterAndObserve(node, netns, pid, options).catch(() => undefined);
    return snapshot?.netns === netns ? [[netns, snapshot] as const] : [];
  });
  return new Map((await Promise.all(read)).flat());
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

async function findAndObserve(
  node: Host,
  netns: string,
  options: ObserveOptions,
): Promise<HostSnapshot | undefined> {
  const held = await heldNetns(node, options.signal);
  const pid = held.find((one) => one.netns === netns)?.pid;
  return pid === undefined ? undefined : enterAndObserve(node, netns, pid, options);
}

async function enterAndObserve(
  node: Host,
  netns: string,
  pid: number,
  options: ObserveOptions,
): Promise<HostSnapshot | undefined> {
  const enter = ['nsenter', '-t', String(pid), '-n', '--'];
  const inside: Host = {
    name: netns,
    run: (argv, how) => node.run([...enter, ...argv], how),
    start: (argv, how) => node.start([...enter, ...argv], how),
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
