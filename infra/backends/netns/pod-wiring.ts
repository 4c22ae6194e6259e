// A pod's wiring as /proc shows it, read without a process of its own: cheap enough to compare at every refresh.
import { readFileSync } from 'node:fs';
import { parseAddresses6, parseRoutes6 } from './proc-net-ipv6.ts';
import type { SandboxFacts } from './sandbox-facts.ts';

export interface PodWiring {
  /** Lines of the pod's /proc/net/route and ipv6_route that say where packets go: "eth0 10.244.0.0/24 via 10.244.0.1". */
  readonly routes: readonly string[];
  /** The pod's own addresses, but for the link-local ones that the kernel makes. */
  readonly addresses: readonly string[];
  /** Interfaces in the pod. */
  readonly interfaces: readonly string[];
  /** The node's routes into this pod's veth. */
  readonly nodeRoutes: readonly string[];
  /** Bridge that the CNI result names for the node end. */
  readonly master?: string | undefined;
}

/** Reads the wiring of pods of one node, whose own routes are read once. @throws Error when the node is gone */
export function wiringReader(
  facts: SandboxFacts,
  nodePid: number,
): (podPid: number, hostVeth: string) => PodWiring {
  const read = (pid: number, file: string) =>
    readFileSync(`/proc/${facts.holder}/root/proc/${pid}/net/${file}`, 'utf8');
  const routesOf = (pid: number) => [
    ...parseRoutes(read(pid, 'route')),
    ...parseRoutes6(optional(() => read(pid, 'ipv6_route'))),
  ];
  const ofNode = Map.groupBy(routesOf(nodePid), (route) => route.split(' ', 1)[0] ?? '');
  return (podPid, hostVeth) => ({
    routes: routesOf(podPid),
    addresses: [
      ...parseLocalAddresses(read(podPid, 'fib_trie')),
      ...parseAddresses6(optional(() => read(podPid, 'if_inet6'))),
    ],
    interfaces: parseInterfaces(read(podPid, 'dev')),
    nodeRoutes: ofNode.get(hostVeth) ?? [],
  });
}

/** What `now` lacks or has too much, in words. */
export function compareWiring(was: PodWiring, now: PodWiring): readonly string[] {
  return [
    ...compare('interface', was.interfaces, now.interfaces),
    ...compare('address', was.addresses, now.addresses),
    ...compare('route', was.routes, now.routes),
    ...compare('node route', was.nodeRoutes, now.nodeRoutes),
  ];
}

function compare(what: string, was: readonly string[], now: readonly string[]): string[] {
  return [
    ...was.filter((item) => !now.includes(item)).map((item) => `${what} ${item} is missing`),
    ...now.filter((item) => !was.includes(item)).map((item) => `${what} ${item} was added`),
  ];
}

/** /proc/net/route: IPv4 routes of the main table, numbers in the machine's byte order as hex. */
function parseRoutes(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [dev, destination = '0', gateway = '0', , , , , mask = '0'] = line.trim().split(/\s+/);
      const prefix = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length;
      const via = Number.parseInt(gateway, 16) === 0 ? '' : ` via ${dotted(gateway)}`;
      return `${dev} ${dotted(destination)}/${prefix}${via}`;
    })
    .sort();
}

/** /proc/net/fib_trie: leaves followed by "/32 host LOCAL". */
function parseLocalAddresses(text: string): string[] {
  const found = new Set<string>();
  let leaf = '';
  for (const line of text.split('\n')) {
    const address = /\|-- (\S+)/.exec(line)?.[1];
    if (address !== undefined) leaf = address;
    else if (line.includes('/32 host LOCAL')) found.add(leaf);
  }
  return [...found].sort();
}

function parseInterfaces(text: string): string[] {
  return text
    .split('\n')
    .slice(2)
    .map((line) => line.split(':')[0]?.trim() ?? '')
    .filter((name) => name !== '')
    .sort();
}

/** The kernel prints an address as the hex of its in-memory word: little-endian on every platform Node runs labs on. */
function dotted(hex: string): string {
  return [...Buffer.from(hex.padStart(8, '0'), 'hex')].reverse().join('.');
}

/** A kernel without IPv6 has no such file. */
function optional(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
