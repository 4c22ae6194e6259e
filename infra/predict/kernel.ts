// One host's kernel as the model works on it: the observed state indexed, and the tables that packets themselves change.
import type {
  FamilyState,
  ForwardingState,
  LinkState,
  LookupAddress,
  LookupRoute,
  LookupRule,
} from '../observe/forwarding-state.ts';
import type { FdbRow, HostSnapshot, InterfaceRow, NeighbourRow, QdiscRow } from '../observe/snapshot.ts';
import type { Connection } from './conntrack.ts';
import { lookupTable } from './fib-table.ts';
import { lookupTable6 } from './fib6-table.ts';
import { isMulticast } from './ipv4.ts';
import { isMulticast6 } from './ipv6.ts';
import { parseRuleset, type Ruleset } from './netfilter/ruleset.ts';
import { type FibRulesOps, type FibTables, fib4RulesOps } from './rules.ts';

/** A link: what people read of it and what a frame meets. */
export type Link = InterfaceRow & LinkState;

/** `unread`: the packet filter of that host could not be read. */
export type Netfilter = Ruleset | 'unread';

/** What it knows of IPv6. */
export interface Kernel6 extends FibTables {
  readonly addresses: readonly LookupAddress[];
  readonly proxies: FamilyState['proxies'];
}

export class Kernel implements FibTables {
  readonly name: string;
  readonly netns: string | undefined;
  readonly netnsids: ReadonlyMap<number, string>;
  readonly links: ReadonlyMap<string, Link>;
  readonly qdiscs: readonly QdiscRow[];
  readonly addresses: readonly LookupAddress[];
  readonly rules: readonly LookupRule[];
  readonly tables: ReadonlyMap<string, readonly LookupRoute[]>;
  readonly proxies: ForwardingState['proxies'];
  readonly netfilter: Netfilter;
  /** Where there is an IPv6 address. */
  readonly ipv6: Kernel6 | undefined;
  /** Of IPv6 packets. */
  readonly netfilter6: Netfilter;
  /** By `<dst> <dev>`. Packets change it. */
  readonly neighbours: Map<string, NeighbourRow>;
  /** Of bridges, by `<bridge> <mac>`. Packets change it. */
  readonly bridgeFdb: Map<string, FdbRow>;
  /** Of VXLAN devices, by `<dev> <mac>`; several remotes are a list. Packets change it. */
  readonly vxlanFdb: Map<string, readonly FdbRow[]>;
  /** Packets change it. */
  readonly connections: Connection[] = [];
  readonly #sysctls: ReadonlyMap<string, string>;

  /** @throws TypeError when the snapshot was taken without `forwarding` */
  constructor(name: string, snapshot: HostSnapshot) {
    const facts = factsOf(name, snapshot);
    this.name = name;
    this.netns = snapshot.netns;
    this.netnsids = facts.netnsids;
    this.links = facts.links;
    this.qdiscs = snapshot.qdiscs;
    this.addresses = facts.forwarding.addresses;
    this.rules = facts.forwarding.rules;
    this.tables = facts.tables;
    this.proxies = facts.forwarding.proxies;
    this.netfilter = facts.netfilter;
    this.ipv6 = facts.ipv6;
    this.netfilter6 = facts.netfilter6;
    this.neighbours = new Map(facts.neighbours);
    this.bridgeFdb = new Map(facts.bridgeFdb);
    this.vxlanFdb = new Map(facts.vxlanFdb);
    this.#sysctls = facts.sysctls;
  }

  sysctl(name: string, fallback = 0): number {
    const value = this.#sysctls.get(name);
    return value === undefined ? fallback : Number(value);
  }

  /** Of one interface, or of `all`: net.ipv4.conf.<dev>.<key>; sysctl(8) writes a dot in a name as a slash. */
  conf(dev: string, key: string, fallback = 0): number {
    return this.sysctl(`net.ipv4.conf.${dev.replaceAll('.', '/')}.${key}`, fallback);
  }

  /** Many settings hold when either `all` or the interface has them (IN_DEV_ORCONF, include/linux/inetdevice.h). */
  either(dev: string, key: string): boolean {
    return this.conf('all', key) > 0 || this.conf(dev, key) > 0;
  }

  /** Of others the greater one counts (IN_DEV_MAXCONF). */
  greater(dev: string, key: string): number {
    return Math.max(this.conf('all', key), this.conf(dev, key));
  }

  sysctlLine(dev: string, key: string): string {
    const value = (name: string) =>
      `net.ipv4.conf.${name.replaceAll('.', '/')}.${key} = ${this.conf(name, key)}`;
    return this.conf('all', key) > this.conf(dev, key) ? value('all') : value(dev);
  }

  link(name: string): Link | undefined {
    return this.links.get(name);
  }

  /** inet_addr_type(): what table local says of an address. */
  addressType(address: string): string {
    if (isMulticast(address)) return 'multicast';
    const found = lookupTable(this.tables.get('local') ?? [], { dst: address });
    return found.kind === 'route' ? found.route.type : found.kind === 'error' ? found.error : 'unicast';
  }

  /** How its IPv4 tables are looked up. */
  readonly fib4: FibRulesOps = fib4RulesOps({
    ignoreLinkdown: (dev) => this.either(dev, 'ignore_routes_with_linkdown'),
  });

  /** Of IPv6, as `conf`. */
  conf6(dev: string, key: string, fallback = 0): number {
    return this.sysctl(`net.ipv6.conf.${dev.replaceAll('.', '/')}.${key}`, fallback);
  }

  either6(dev: string, key: string): boolean {
    return this.conf6('all', key) > 0 || this.conf6(dev, key) > 0;
  }

  /** Whether it forwards what comes in there: ip6_forward(); the interface's own switch is of Linux 6.17. */
  forwards6(dev: string): boolean {
    return this.conf6('all', 'forwarding') > 0 || this.conf6(dev, 'force_forwarding') > 0;
  }

  hopLimit(dev: string): number {
    return this.conf6(dev, 'hop_limit', 64);
  }

  /** What table local says of an address. */
  addressType6(address: string): string {
    if (isMulticast6(address)) return 'multicast';
    const found = lookupTable6(this.ipv6?.tables.get('local') ?? [], { dst: address, iif: 'lo' });
    return found.kind === 'route' ? found.route.type : found.kind === 'error' ? found.error : 'unicast';
  }
}

const stateOf = ({ name }: InterfaceRow, states: ReadonlyMap<string, LinkState>): LinkState =>
  states.get(name) ?? { name, flags: [], xdp: false };

type Facts = ReturnType<typeof indexed>;

/** What is the same for every walk over one observation: a diagnosis makes hundreds, and a snapshot never changes. */
const FACTS = new WeakMap<HostSnapshot, Facts>();

function factsOf(name: string, snapshot: HostSnapshot): Facts {
  const known = FACTS.get(snapshot);
  if (known) return known;
  const { forwarding } = snapshot;
  if (forwarding === undefined) {
    throw new TypeError(
      `${name} was observed without what a prediction needs: observe with forwarding: true`,
    );
  }
  const facts = indexed(snapshot, forwarding);
  FACTS.set(snapshot, facts);
  return facts;
}

function indexed(snapshot: HostSnapshot, forwarding: ForwardingState) {
  const states = new Map(forwarding.links.map((link) => [link.name, link]));
  // Without VLAN filtering the kernel looks up VLAN 0, which an entry without a VLAN is in.
  const untagged = snapshot.fdb.filter((row) => row.vlan === undefined);
  const bridged = untagged.filter((row) => row.master !== undefined);
  const remote = untagged.filter((row) => row.dst !== undefined && row.flags.includes('self'));
  return {
    forwarding,
    netnsids: new Map(snapshot.netnsids?.map((id) => [id.netnsid, id.netns])),
    links: new Map(snapshot.interfaces.map((row) => [row.name, { ...row, ...stateOf(row, states) }])),
    tables: Map.groupBy(forwarding.routes, (route) => route.table),
    netfilter: forwarding.netfilter ? parseRuleset(forwarding.netfilter, 'ip') : ('unread' as const),
    ipv6: forwarding.ipv6 && {
      ...forwarding.ipv6,
      tables: Map.groupBy(forwarding.ipv6.routes, (route) => route.table),
    },
    netfilter6: forwarding.netfilter ? parseRuleset(forwarding.netfilter, 'ip6') : ('unread' as const),
    neighbours: new Map(
      [...forwarding.neighbours, ...(forwarding.ipv6?.neighbours ?? [])].map((row) => [
        `${row.dst} ${row.dev}`,
        row,
      ]),
    ),
    bridgeFdb: new Map(bridged.map((row) => [`${row.master} ${row.mac}`, row])),
    vxlanFdb: Map.groupBy(remote, (row) => `${row.dev} ${row.mac}`),
    sysctls: new Map(snapshot.sysctls.map((row) => [row.name, row.value])),
  };
}
