// The random names of one lab (veths, MACs, inodes, ids, hashes) and the stable symbol that stands for each.
import { createHash } from 'node:crypto';
import { masked } from './masked.ts';
import { NO_MAC } from './packets/mac.ts';
import type { HostSnapshot, LabSnapshot } from './snapshot.ts';

/** What a lab's random names stand for. */
export interface Symbols {
  /** Replaces every random name in a text; what looks random and is not known becomes `<veth:?>`, `<mac:?>` and so on. */
  text(value: string): string;
  /** The same for random names that are known; what is not known stays as it is. */
  known(value: string): string;
  /** The other way: puts what it stands for in this lab in place of every symbol that `known` gives. */
  named(value: string): string;
  /** `<ifindex:pod-1/eth0>`, or `<ifindex:?>` when that host has no such interface; 0 stays 0. */
  ifindex(host: string | undefined, ifindex: number): string | number;
  /** `<netnsid:pod-1>`: the host (node) numbers that netns so. */
  netnsid(host: string | undefined, id: number): string;
  /** The host that an interface's peer is in. */
  peerHost(host: string | undefined, netnsid: number | undefined): string | undefined;
  pid(pid: number): string;
}

/** pkg/utils of containernetworking/plugins: a prefix and hex of SHA-512 of network and container id, cut to a length. */
function hashed(prefix: string, network: string, containerId: string, length: number): string {
  const hash = createHash('sha512')
    .update(network + containerId)
    .digest('hex');
  return `${prefix}${hash}`.slice(0, length);
}
const CHAIN_LENGTH = 28;
/** IFNAMSIZ less the final NUL. */
const IFNAME_LENGTH = 15;

/** Stands for a host where there is none; no RFC 1123 label, so no host is called so. */
const OUTSIDE = '(outside)';

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

export function symbolsOf(snapshot: LabSnapshot): Symbols {
  const tokens = new Map<string, string>();
  const add = (token: string | undefined, symbol: string) => {
    if (token && !tokens.has(token)) tokens.set(token, symbol);
  };
  const hostOfNetns = new Map<string, string>();
  for (const pod of snapshot.pods) if (pod.netns) hostOfNetns.set(pod.netns, pod.name);
  for (const [name, host] of Object.entries(snapshot.hosts)) {
    if (host.netns && !hostOfNetns.has(host.netns)) hostOfNetns.set(host.netns, name);
  }
  // A netns that a node has a number for, though it is no host of the lab: the one with the underlay.
  for (const { netnsids } of Object.values(snapshot.hosts)) {
    for (const { netns } of netnsids ?? []) if (!hostOfNetns.has(netns)) hostOfNetns.set(netns, OUTSIDE);
  }
  for (const [netns, name] of hostOfNetns) add(netns, `<netns:${name}>`);
  for (const veth of snapshot.veths) {
    const only = snapshot.veths.filter((v) => v.pod === veth.pod).length === 1;
    add(veth.nodeIf, only ? `<veth:${veth.pod}>` : `<veth:${veth.pod}/${veth.podIf}>`);
  }
  for (const pod of snapshot.pods) add(pod.hostVeth, `<veth:${pod.name}>`);
  for (const { network, containerId, pod } of snapshot.attachments) {
    add(containerId, `<sandbox:${pod}>`);
    add(hashed('bwp', network, containerId, IFNAME_LENGTH), `<ifb:${pod}>`);
    add(hashed('CNI-DN-', network, containerId, CHAIN_LENGTH), `<chain-dnat:${pod}>`);
    add(hashed('CNI-', network, containerId, CHAIN_LENGTH), `<chain:${pod}>`);
  }
  for (const c of snapshot.containers) add(c.id, `<container:${c.pod}/${c.name}>`);
  for (const [host, { interfaces }] of Object.entries(snapshot.hosts)) {
    for (const link of interfaces)
      addMac(add, link.mac, `${host}/${bare(tokens.get(link.name) ?? link.name)}`);
  }
  const pattern = new RegExp(
    `(?<![0-9A-Za-z])(?:${[...tokens.keys()]
      .toSorted((a, b) => b.length - a.length)
      .map(escaped)
      .join('|')})(?![0-9A-Za-z])`,
    'g',
  );
  const pids = new Map<number, string>();
  for (const c of snapshot.containers) pids.set(c.pid, `<pid:${c.pod}/${c.name}>`);
  for (const pod of snapshot.pods) pids.set(pod.pid, `<pid:${pod.name}>`);
  const pid = (n: number) => pids.get(n) ?? '<pid:?>';
  const known = (text: string) =>
    tokens.size === 0 ? text : text.replaceAll(pattern, (token) => tokens.get(token) ?? token);
  const at = (host: string | undefined): HostSnapshot | undefined =>
    host === undefined ? undefined : snapshot.hosts[host];
  const peerHost = (host: string | undefined, id: number | undefined) => {
    if (id === undefined) return host;
    const node = at(host);
    if (node?.netnsids !== undefined) {
      return hostOfNetns.get(node.netnsids.find((n) => n.netnsid === id)?.netns ?? '');
    }
    // No such map is read from a pod: its neighbour is its node, and only the id that its veth has stands for it.
    const isVeths = node?.interfaces.some((i) => i.kind === 'veth' && i.peerNetnsid === id);
    return isVeths ? snapshot.pods.find((p) => p.name === host)?.node : undefined;
  };
  const names = new Map(
    [...tokens].map(([token, symbol]) => [symbol, token]).toReversed() as [string, string][],
  );
  // An observation says the same few words over and over.
  const texts = new Map<string, string>();
  return {
    text(value) {
      const before = texts.get(value);
      if (before !== undefined) return before;
      const said = masked(known(value), pid);
      texts.set(value, said);
      return said;
    },
    known,
    named: (value) => value.replaceAll(/<[a-z0-9-]+:[^<>\s]+>/g, (symbol) => names.get(symbol) ?? symbol),
    ifindex(host, ifindex) {
      if (ifindex === 0) return 0;
      if (host === OUTSIDE) return `<ifindex:${OUTSIDE}>`;
      const link = at(host)?.interfaces.find((i) => i.ifindex === ifindex);
      return link ? `<ifindex:${host}/${bare(known(link.name))}>` : '<ifindex:?>';
    },
    netnsid: (host, id) => (id < 0 ? '<netnsid:none>' : `<netnsid:${peerHost(host, id) ?? '?'}>`),
    peerHost,
    pid,
  };
}

const bare = (symbol: string) => symbol.replace(/^<(.*)>$/, '$1');

/** A MAC and what the kernel derives from it: the link-local address (RFC 4291 appendix A) and its solicited-node group. */
function addMac(add: (token: string, symbol: string) => void, mac: string, owner: string): void {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) || mac === NO_MAC) return;
  add(mac, `<mac:${owner}>`);
  const b = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  add(`33:33:ff:${mac.slice(9)}`, `<mac:solicited-node:${owner}>`);
  const word = (hi: number, lo: number) => (((b[hi] ?? 0) << 8) | (b[lo] ?? 0)).toString(16);
  const first = ((((b[0] ?? 0) ^ 2) << 8) | (b[1] ?? 0)).toString(16);
  const third = (0xfe00 | (b[3] ?? 0)).toString(16);
  const second = (((b[2] ?? 0) << 8) | 0xff).toString(16);
  add(`fe80::${first === '0' ? '' : `${first}:`}${second}:${third}:${word(4, 5)}`, `<fe80:${owner}>`);
}
