// A typed picture of a live lab at one moment: tables of rows, every row read from the kernel or the runtime.
import type { ForwardingState } from './forwarding-state.ts';

/** Everything read from one network namespace (a node's or a pod's). */
export interface HostSnapshot {
  readonly interfaces: readonly InterfaceRow[];
  readonly addresses: readonly AddressRow[];
  readonly routes: readonly RouteRow[];
  readonly rules: readonly RuleRow[];
  readonly neighbours: readonly NeighbourRow[];
  readonly fdb: readonly FdbRow[];
  readonly qdiscs: readonly QdiscRow[];
  readonly netfilter: readonly NetfilterRow[];
  readonly sysctls: readonly SysctlRow[];
  /** Files of /etc/cni/net.d, or wherever the node's runtime looks (nodes only). */
  readonly cniConfig: readonly CniConfigRow[];
  /** host-local lease files (nodes only). */
  readonly leases: readonly LeaseRow[];
  /** Inode of this network namespace, as `net:[4026532…]`. */
  readonly netns?: string;
  /** Boot id of its kernel: hosts with the same one share a clock. In no table and no canonical form. */
  readonly bootId?: string;
  /** How far its clock is ahead of the one of whoever observed it, ns: at least, and at most. */
  readonly aheadNs?: readonly [least: number, most: number];
  /** Other netns as this one numbers them (RTM_GETNSID): what `link-netnsid` refers to (nodes only). */
  readonly netnsids?: readonly NetnsidRow[];
  /** Base names of the CNI runtime's result cache, `<network>-<containerID>-<ifname>` (nodes only). */
  readonly cniCache?: readonly string[];
  /** Ports of the node that the runtime has asked CNI to lead to pods, when `forwarding` was asked for (nodes only). */
  readonly portMappings?: readonly PortMappingRow[];
  /** What decides a packet's way, when it was asked for (`ObserveOptions.forwarding`). */
  readonly forwarding?: ForwardingState;
}

export interface NetnsidRow {
  readonly netnsid: number;
  readonly netns: string;
}

/** CNI's portMappings capability (CNI conventions, "Well-known Capabilities"), from the runtime's result cache. */
export interface PortMappingRow {
  readonly containerId: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: 'tcp' | 'udp';
  /** The one address of the node that it is for. @default every address */
  readonly hostIP?: string;
}
export interface InterfaceRow {
  readonly name: string;
  readonly ifindex: number;
  /** IFLA_LINK: ifindex of the peer, in the peer's netns (veth), or of the lower device. 0 when none. */
  readonly peerIfindex: number;
  /** IFLA_LINK_NETNSID as this netns numbers it; absent when the peer is in the same netns. */
  readonly peerNetnsid?: number;
  /** Such as veth, bridge, vxlan, loopback, ifb. */
  readonly kind: string;
  readonly mac: string;
  readonly mtu: number;
  /** operstate, upper case. */
  readonly state: string;
  readonly up: boolean;
  /** Bridge (or other master) it is a port of. */
  readonly master?: string;
  /** Selected details of its kind: vxlan {id, port, local, learning, dev}; bridge port {hairpin, learning, flood}. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
  /** Who made it: see creator.ts for the words and what they rest on. */
  readonly creator: string;
}
export interface AddressRow {
  readonly dev: string;
  readonly family: 'inet' | 'inet6';
  readonly address: string;
  readonly prefix: number;
  readonly scope: string;
}
export interface RouteRow {
  /** "default" or a CIDR; a host route without /32, as `ip route` prints it. */
  readonly dst: string;
  readonly via?: string;
  readonly dev?: string;
  readonly src?: string;
  readonly scope: string;
  readonly protocol: string;
  readonly table: string;
  readonly type: string;
  readonly onlink: boolean;
  readonly metric?: number;
  readonly family?: 'inet' | 'inet6';
  /** Of a multipath route; `via` and `dev` are then absent. */
  readonly nexthops?: readonly { readonly via?: string; readonly dev?: string; readonly weight: number }[];
}
export interface RuleRow {
  readonly priority: number;
  readonly src: string;
  readonly dst?: string;
  readonly table: string;
  readonly fwmark?: string;
  /** Those of IPv6 are read where there is an IPv6 address. */
  readonly family?: 'inet' | 'inet6';
}
export interface NeighbourRow {
  readonly dst: string;
  readonly dev: string;
  readonly mac?: string;
  readonly state: string;
  readonly family?: 'inet' | 'inet6';
}
export interface FdbRow {
  readonly mac: string;
  readonly dev: string;
  readonly master?: string;
  /** Remote VTEP, for a VXLAN device. */
  readonly dst?: string;
  readonly vlan?: number;
  /** permanent, self, extern_learn, …; empty for a learned entry. */
  readonly flags: readonly string[];
  readonly learned: boolean;
  /** What the entry says, in words. */
  readonly meaning: string;
}
export interface QdiscRow {
  readonly dev: string;
  readonly kind: string;
  readonly handle: string;
  readonly parent?: string;
  /** Bits per second, for tbf. */
  readonly rateBps?: number;
  readonly burstBytes?: number;
}
export interface NetfilterRow {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  /** As `nft list` or iptables -S prints it, without counters. */
  readonly rule: string;
}
export interface SysctlRow {
  readonly name: string;
  readonly value: string;
}
export interface CniConfigRow {
  readonly file: string;
  /** Whether the runtime picked it, and if not, why. */
  readonly picked: boolean;
  readonly why: string;
  /** Parsed content, when it is JSON. */
  readonly content: unknown;
}
export interface LeaseRow {
  readonly network: string;
  readonly address: string;
  readonly containerId: string;
  readonly ifName: string;
  readonly path: string;
}

/** Lab-wide tables. */
export interface LabSnapshot {
  readonly nodes: readonly {
    readonly name: string;
    readonly role: string;
    readonly address: string;
    readonly podCIDR: string;
    readonly address6?: string;
    readonly podCIDR6?: string;
    /** An interface of the node has this very address (both, where there are two). */
    readonly inKernel?: boolean;
  }[];
  readonly pods: readonly {
    readonly name: string;
    readonly node: string;
    readonly address: string;
    readonly address6?: string;
    readonly mac: string;
    readonly hostVeth: string;
    readonly netns: string;
    readonly pid: number;
  }[];
  /** netns is the inode as `net:[4026532…]`, equal for all containers of one pod. */
  readonly containers: readonly {
    readonly pod: string;
    readonly node: string;
    readonly name: string;
    readonly id: string;
    readonly pid: number;
    readonly netns: string;
  }[];
  /** Both ends of every pod's veth, found from (netns, ifindex), not from what CNI said. */
  readonly veths: readonly VethRow[];
  /** Every CNI attachment: what the result said beside what the kernel has. */
  readonly attachments: readonly {
    readonly pod: string;
    readonly node: string;
    readonly network: string;
    readonly containerId: string;
    readonly ifName: string;
    readonly address: string;
    readonly address6?: string;
    /** The runtime's result cache has an entry for it. */
    readonly cached: boolean;
    /** host-local has a lease of this very address (of both, where there are two) for this very container. */
    readonly lease: boolean;
    /** The kernel has this very address (both, where there are two) on that interface of the pod. */
    readonly inKernel?: boolean;
  }[];
  readonly cniCalls: readonly {
    readonly command: string;
    readonly node: string;
    readonly pod: string;
    readonly plugin: string;
    readonly order: number;
    readonly exitCode: number;
    readonly durationMs: number;
    /** Capability arguments it was given, such as portMappings; absent when there were none. */
    readonly runtimeConfig?: unknown;
  }[];
  /** One per node and pod, by name. */
  readonly hosts: Readonly<Record<string, HostSnapshot>>;
}

export interface VethRow {
  readonly pod: string;
  readonly node: string;
  /** Pod end. */
  readonly podIf: string;
  readonly podIfindex: number;
  /** The N of eth0@ifN. */
  readonly podPeerIfindex: number;
  /** Node end. */
  readonly nodeIf: string;
  readonly nodeIfindex: number;
  /** The M of vethX@ifM. */
  readonly nodePeerIfindex: number;
  /** The pod's netns as the node numbers it. */
  readonly nodeNetnsid: number;
  /** Inodes of both netns, as `net:[…]`. */
  readonly podNetns?: string;
  readonly nodeNetns?: string;
  readonly master?: string;
  /** What the pairing rests on: the kernel's own netnsid → netns map, or the pair being mutual and the only one. */
  readonly provenBy?: 'netnsid' | 'mutual';
  /** True when both directions agree: N is the node end's ifindex and M the pod end's, and each netnsid resolves to the other netns. */
  readonly matches: boolean;
}
