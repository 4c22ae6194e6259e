// What decides a packet's way and has no place in the tables that people read: the input of a prediction.
import type { NeighbourRow, NetfilterRow, RouteRow, RuleRow } from './snapshot.ts';

/** IPv4 only. */
export interface ForwardingState {
  readonly links: readonly LinkState[];
  readonly addresses: readonly LookupAddress[];
  /** Every table, `local` included. */
  readonly routes: readonly LookupRoute[];
  readonly rules: readonly LookupRule[];
  /** In every state, NOARP included. */
  readonly neighbours: readonly NeighbourRow[];
  /** Addresses that are answered for by proxy ARP (`ip neigh show proxy`). */
  readonly proxies: readonly { readonly dst: string; readonly dev: string }[];
  /** Of nodes and pods; absent when it could not be read there. */
  readonly netfilter?: readonly NetfilterRow[];
}

export interface LinkState {
  readonly name: string;
  /** As `ip link` prints them between < and >: UP, LOWER_UP, NOARP … */
  readonly flags: readonly string[];
  /** Name of the peer or lower device, when it is in the same netns. */
  readonly lower?: string;
  /** Properties of its kind (`info_data`). */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly slaveKind?: string;
  /** Properties of it as a port (`info_slave_data`). */
  readonly slave?: Readonly<Record<string, unknown>>;
}

export interface LookupAddress {
  readonly dev: string;
  readonly address: string;
  readonly peer: string;
  readonly prefix: number;
  readonly scope: string;
  readonly secondary: boolean;
}

export interface LookupRoute extends RouteRow {
  /** Such as linkdown, dead, onlink. */
  readonly flags: readonly string[];
  readonly tos?: string;
  /** A limit of the route's own, bytes. */
  readonly mtu?: number;
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
