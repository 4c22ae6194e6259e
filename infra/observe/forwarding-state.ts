// What decides a packet's way and has no place in the tables that people read: the input of a prediction.
import type { NeighbourRow, NetfilterRow, RouteRow, RuleRow } from './snapshot.ts';

export interface ForwardingState extends FamilyState {
  readonly links: readonly LinkState[];
  /** Of nodes and pods, all families; absent when it could not be read there. */
  readonly netfilter?: readonly NetfilterRow[];
  /** The same of IPv6, where there is an address of it; all else is IPv4's. */
  readonly ipv6?: FamilyState;
}

/** What decides the way of packets of one family. */
export interface FamilyState {
  readonly addresses: readonly LookupAddress[];
  /** Every table, `local` included. */
  readonly routes: readonly LookupRoute[];
  readonly rules: readonly LookupRule[];
  /** In every state, NOARP included. */
  readonly neighbours: readonly NeighbourRow[];
  /** Addresses that are answered for by proxy ARP or NDP (`ip neigh show proxy`). */
  readonly proxies: readonly { readonly dst: string; readonly dev: string }[];
}

export interface LinkState {
  readonly name: string;
  /** As `ip link` prints them between < and >: UP, LOWER_UP, NOARP … */
  readonly flags: readonly string[];
  /** Name of the peer or lower device, when it is in the same netns. */
  readonly lower?: string;
  /** An XDP program sees every frame before the kernel does. */
  readonly xdp: boolean;
  readonly bridge?: BridgeState;
  readonly vxlan?: VxlanState;
  /** As a port of a bridge. */
  readonly port?: BridgePortState;
}

export interface BridgeState {
  readonly vlanFiltering: boolean;
  /** Hundredths of a second; 0 learns nothing. */
  readonly ageing: number;
  /** Bridged frames meet iptables, whatever the host's sysctl says. */
  readonly callsIptables: boolean;
  /** The same of IPv6 and ip6tables. */
  readonly callsIp6tables: boolean;
  /** Multicast goes to members only, once it asks for them itself (a querier). */
  readonly snoops: boolean;
  readonly asksForMembers: boolean;
}

export interface VxlanState {
  readonly vni: number;
  /** UDP port of the VTEPs. */
  readonly port: number;
  readonly local?: string;
  /** Of the outer packet; 0 is the host's default. */
  readonly ttl: number;
  /** unset, set or inherit. */
  readonly df: string;
  readonly learning: boolean;
  /** VTEPs are chosen by somebody else for each packet. */
  readonly external: boolean;
  readonly answersArp: boolean;
}

export interface BridgePortState {
  /** disabled, listening, learning, forwarding or blocking. */
  readonly state: string;
  readonly hairpin: boolean;
  readonly isolated: boolean;
  readonly locked: boolean;
  readonly learning: boolean;
  readonly floods: { readonly unicast: boolean; readonly broadcast: boolean; readonly multicast: boolean };
  /** ARP requests are answered by the bridge for others there. */
  readonly answersArp: boolean;
}

export interface LookupAddress {
  readonly dev: string;
  readonly address: string;
  readonly peer: string;
  readonly prefix: number;
  readonly scope: string;
  readonly secondary: boolean;
  /** Of IPv6: tentative, dadfailed, deprecated, temporary. */
  readonly flags?: readonly string[];
}

export interface LookupRoute extends RouteRow {
  /** Such as linkdown, dead, onlink. */
  readonly flags: readonly string[];
  readonly tos?: string;
  /** A limit of the route's own, bytes. */
  readonly mtu?: number;
  /** Of IPv6: low, medium or high (RFC 4191). */
  readonly pref?: string;
  /** It wraps packets up in something (a lightweight tunnel). */
  readonly encap?: string;
  readonly nexthops?: readonly {
    readonly via?: string;
    readonly dev?: string;
    readonly weight: number;
    readonly flags: readonly string[];
  }[];
}

export interface LookupRule extends RuleRow {
  readonly not: boolean;
  /** lookup, blackhole, unreachable, prohibit, goto or nop. */
  readonly action: string;
  readonly goto?: number;
  readonly iif?: string;
  readonly oif?: string;
  readonly ipproto?: string;
  readonly sport?: readonly [number, number];
  readonly dport?: readonly [number, number];
  readonly suppressPrefix?: number;
  /** Selectors that are there and are not read further. */
  readonly others: readonly string[];
}
