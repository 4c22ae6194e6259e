// The answer: a tree of hops, why the packet came to each of them, and how every branch ends.

import type { Packet } from './packet.ts';

/** The very line of kernel state that decided. */
export interface Rule {
  /** Table of the snapshot it is in, such as routes, neighbours, fdb, netfilter, sysctls. */
  readonly table:
    | 'routes'
    | 'rules'
    | 'neighbours'
    | 'fdb'
    | 'netfilter'
    | 'sysctls'
    | 'interfaces'
    | 'addresses';
  /** Host whose kernel has it. */
  readonly host: string;
  /** As the tool of that table prints it. */
  readonly line: string;
  /** The row itself, as observed. */
  readonly row?: unknown;
}

export type DecisionKind =
  | 'rule'
  | 'route'
  | 'source'
  | 'rp-filter'
  | 'neighbour'
  | 'arp'
  | 'ndp'
  | 'fdb'
  | 'flood'
  | 'link'
  | 'segment'
  | 'filter'
  | 'nat'
  | 'mark'
  | 'encapsulation'
  | 'decapsulation'
  | 'mtu'
  | 'local';

export interface Decision {
  readonly kind: DecisionKind;
  /** In words that a person can read without the tree. */
  readonly words: string;
  readonly rule?: Rule;
}

/** The packet as a tap on this interface would see it. */
export interface Hop {
  readonly kind: 'hop';
  readonly host: string;
  /** Inode, as `net:[…]`. */
  readonly netns?: string;
  readonly interface: string;
  readonly direction: 'in' | 'out';
  /** Of an ARP message that was sent on the packet's behalf. */
  readonly arp?: 'request' | 'reply';
  /** The same of neighbour discovery: a solicitation or an advertisement. */
  readonly ndp?: 'request' | 'reply';
  /** Of the flow's own packet, or of the ARP message that was asked on its behalf. */
  readonly srcMac: string;
  readonly dstMac: string;
  readonly src: string;
  readonly dst: string;
  /** Of UDP and TCP. */
  readonly ports?: { readonly src: number; readonly dst: number };
  readonly ttl: number;
  /** Total length of the flow's own IP packet, bytes. */
  readonly length: number;
  /** Length of the biggest piece, bytes, when it travels in fragments. */
  readonly fragment?: number;
  readonly df: boolean;
  /** What is wrapped around it on this interface. */
  readonly outer?: {
    readonly srcMac: string;
    readonly dstMac: string;
    readonly src: string;
    readonly dst: string;
    readonly ttl: number;
    readonly length: number;
    readonly fragment?: number;
    readonly port: number;
    readonly vni: number;
  };
  /** What brought it here from the hop before, in the order it was decided. */
  readonly decisions: readonly Decision[];
  readonly children: readonly Branch[];
}

export type DropReason =
  | 'no-route'
  | 'unreachable'
  | 'prohibit'
  | 'blackhole'
  | 'no-source'
  | 'no-neighbour'
  | 'not-forwarding'
  | 'rp-filter'
  | 'martian'
  | 'link-down'
  | 'no-carrier'
  | 'port-state'
  | 'other-host'
  | 'not-asked'
  | 'ipv6-off'
  | 'ttl'
  | 'mtu'
  | 'filter'
  | 'no-vtep'
  | 'fdb'
  | 'loop';

export type End =
  | {
      readonly kind: 'delivered';
      readonly host: string;
      readonly interface: string;
      readonly address: string;
      readonly src: string;
      /** As it came up to the socket. */
      readonly packet: Packet;
      readonly decisions: readonly Decision[];
    }
  | {
      readonly kind: 'dropped';
      readonly host: string;
      readonly interface?: string;
      readonly reason: DropReason;
      readonly words: string;
      readonly rule?: Rule;
      readonly decisions: readonly Decision[];
    }
  /** It goes where nothing was observed. */
  | {
      readonly kind: 'left';
      readonly host: string;
      readonly interface: string;
      readonly words: string;
      readonly decisions: readonly Decision[];
    }
  /** Something on its way cannot be told from what was observed. */
  | {
      readonly kind: 'unknown';
      readonly host: string;
      readonly words: string;
      readonly rule?: Rule;
      readonly decisions: readonly Decision[];
    };

/** An end that is no delivery. */
export type Stopped = Exclude<End, { kind: 'delivered' }>;

export type Branch = Hop | End;

/** Every end of a tree, in the order of the walk. */
export function ends(branches: readonly Branch[]): End[] {
  return branches.flatMap((branch) => (branch.kind === 'hop' ? ends(branch.children) : [branch]));
}

/** Every hop of a tree, parents first. */
export function hops(branches: readonly Branch[]): Hop[] {
  return branches.flatMap((branch) => (branch.kind === 'hop' ? [branch, ...hops(branch.children)] : []));
}
