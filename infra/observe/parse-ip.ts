// What `ip -j -d` prints, as rows. Fields that an older iproute2 leaves out are optional; others that it adds are ignored.
import { z } from 'zod';
import { readJson } from './sections.ts';
import type { AddressRow, InterfaceRow, NeighbourRow, RouteRow, RuleRow } from './snapshot.ts';

const loose = <S extends z.core.$ZodLooseShape>(shape: S) => z.looseObject(shape).partial();

const link = z.looseObject({
  ifindex: z.int(),
  ifname: z.string(),
  link_index: z.int().optional(),
  link: z.string().nullable().optional(),
  link_netnsid: z.int().optional(),
  flags: z.array(z.string()).default([]),
  mtu: z.int().default(0),
  operstate: z.string().default('UNKNOWN'),
  link_type: z.string().default(''),
  address: z.string().default(''),
  master: z.string().optional(),
  xdp: z.unknown().optional(),
  linkinfo: loose({
    info_kind: z.string(),
    info_data: z.looseObject({}),
    info_slave_kind: z.string(),
    info_slave_data: z.looseObject({}),
  }).optional(),
  addr_info: z
    .array(
      loose({
        family: z.string(),
        local: z.string(),
        address: z.string(),
        prefixlen: z.int(),
        scope: z.string(),
        secondary: z.boolean(),
        tentative: z.boolean(),
        dadfailed: z.boolean(),
        deprecated: z.boolean(),
        temporary: z.boolean(),
      }),
    )
    .default([]),
});
/** A link as `ip -j -d addr show` prints it. */
export type IpLink = z.infer<typeof link>;

const gateway = z.union([z.string(), z.looseObject({ host: z.string() })]);
const hop = loose({ gateway, via: gateway, dev: z.string(), weight: z.int(), flags: z.array(z.string()) });
export const route = z.looseObject({
  type: z.string().default('unicast'),
  dst: z.string(),
  gateway: gateway.optional(),
  via: gateway.optional(),
  dev: z.string().optional(),
  table: z.union([z.string(), z.int()]).default('main'),
  protocol: z.union([z.string(), z.int()]).default('boot'),
  scope: z.union([z.string(), z.int()]).default('global'),
  prefsrc: z.string().optional(),
  metric: z.int().optional(),
  flags: z.array(z.string()).default([]),
  pref: z.string().optional(),
  tos: z.string().optional(),
  metrics: z.array(loose({ mtu: z.int() })).optional(),
  encap: z.string().optional(),
  nexthops: z.array(hop).optional(),
});

export const rule = z.looseObject({
  priority: z.int(),
  src: z.string().default('all'),
  srclen: z.int().optional(),
  dst: z.string().optional(),
  dstlen: z.int().optional(),
  table: z.union([z.string(), z.int()]).default('main'),
  fwmark: z.string().optional(),
  fwmask: z.string().optional(),
  // What only a lookup needs.
  not: z.null().optional(),
  tos: z.string().optional(),
  iif: z.string().optional(),
  oif: z.string().optional(),
  ipproto: z.union([z.string(), z.int()]).optional(),
  sport: z.int().optional(),
  sport_start: z.int().optional(),
  sport_end: z.int().optional(),
  dport: z.int().optional(),
  dport_start: z.int().optional(),
  dport_end: z.int().optional(),
  uid_start: z.int().optional(),
  l3mdev: z.null().optional(),
  suppress_prefixlen: z.int().optional(),
  suppress_ifgroup: z.unknown().optional(),
  action: z.string().optional(),
  goto: z.int().optional(),
  nop: z.null().optional(),
});

export const neigh = z.looseObject({
  dst: z.string(),
  dev: z.string().default(''),
  lladdr: z.string().optional(),
  state: z.array(z.string()).default([]),
});

/** Links of one netns, in the kernel's order. */
export const readLinks = (text: string, tool: string) => readJson(text, tool, z.array(link));

/** Everything of a link but who made it, which takes the other tables to tell. */
export function interfaceRow(l: IpLink): Omit<InterfaceRow, 'creator'> {
  const info = l.linkinfo ?? {};
  return {
    name: l.ifname,
    ifindex: l.ifindex,
    peerIfindex: l.link_index ?? 0,
    ...(l.link_netnsid !== undefined && { peerNetnsid: l.link_netnsid }),
    kind: info.info_kind ?? (l.link_type === 'loopback' ? 'loopback' : l.link_type || 'unknown'),
    mac: l.address,
    mtu: l.mtu,
    state: l.operstate.toUpperCase(),
    up: l.flags.includes('UP'),
    ...(l.master !== undefined && { master: l.master }),
    details: linkDetails(l),
  };
}

const VXLAN_DETAILS = ['id', 'local', 'port', 'learning', 'link'] as const;
const BRIDGE_DETAILS = ['ageing_time', 'stp_state', 'vlan_filtering'] as const;
const PORT_DETAILS = ['hairpin', 'learning', 'flood', 'isolated', 'state'] as const;

function linkDetails(l: IpLink): InterfaceRow['details'] {
  const info = l.linkinfo ?? {};
  const details: Record<string, string | number | boolean> = {};
  const copy = (from: Record<string, unknown> | undefined, keys: readonly string[]) => {
    for (const key of keys) {
      const value = from?.[key];
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
        details[key === 'link' ? 'dev' : key] = value;
      }
    }
  };
  if (info.info_kind === 'vxlan') copy(info.info_data, VXLAN_DETAILS);
  if (info.info_kind === 'bridge') copy(info.info_data, BRIDGE_DETAILS);
  if (info.info_slave_kind === 'bridge') copy(info.info_slave_data, PORT_DETAILS);
  return details;
}

export function addressRows(links: readonly IpLink[]): AddressRow[] {
  return links.flatMap((l) =>
    l.addr_info.flatMap((a) =>
      a.local === undefined || (a.family !== 'inet' && a.family !== 'inet6')
        ? []
        : [
            {
              dev: l.ifname,
              family: a.family,
              address: a.local,
              prefix: a.prefixlen ?? (a.family === 'inet' ? 32 : 128),
              scope: a.scope ?? 'global',
            } as const,
          ],
    ),
  );
}

const host = (g: z.infer<typeof gateway> | undefined) => (typeof g === 'object' ? g.host : g);

/** Routes in the kernel's order, without table local (the kernel's own entry for each address it has). */
export function readRoutes(text: string, tool: string): RouteRow[] {
  return readJson(text, tool, z.array(route))
    .filter((r) => String(r.table) !== 'local' && String(r.table) !== '255')
    .map(routeRow);
}

export function routeRow(r: z.infer<typeof route>): RouteRow {
  const via = host(r.gateway) ?? host(r.via);
  const v6 = [r.dst, via, r.prefsrc].some((a) => a?.includes(':')) || r.pref !== undefined;
  return {
    family: v6 ? 'inet6' : 'inet',
    dst: r.dst,
    ...(via !== undefined && { via }),
    ...(r.dev !== undefined && { dev: r.dev }),
    ...(r.prefsrc !== undefined && { src: r.prefsrc }),
    scope: String(r.scope),
    protocol: String(r.protocol),
    table: String(r.table),
    type: r.type,
    onlink: r.flags.includes('onlink'),
    ...(r.metric !== undefined && { metric: r.metric }),
    ...(r.nexthops !== undefined && { nexthops: r.nexthops.map(nexthop) }),
  };
}

export function nexthop(h: z.infer<typeof hop>) {
  const via = host(h.gateway) ?? host(h.via);
  return {
    ...(via !== undefined && { via }),
    ...(h.dev !== undefined && { dev: h.dev }),
    weight: h.weight ?? 1,
  };
}

const prefix = (address: string, length: number | undefined) =>
  length === undefined ? address : `${address}/${length}`;

export function readRules(text: string, tool: string, family: NonNullable<RuleRow['family']>): RuleRow[] {
  return readJson(text, tool, z.array(rule)).map((r) => ruleRow(r, family));
}

export function ruleRow(r: z.infer<typeof rule>, family: NonNullable<RuleRow['family']>): RuleRow {
  return {
    priority: r.priority,
    src: prefix(r.src, r.srclen),
    ...(r.dst !== undefined && { dst: prefix(r.dst, r.dstlen) }),
    table: String(r.table),
    ...(r.fwmark !== undefined && { fwmark: r.fwmask ? `${r.fwmark}/${r.fwmask}` : r.fwmark }),
    family,
  };
}

export function readNeighbours(text: string, tool: string): NeighbourRow[] {
  return readJson(text, tool, z.array(neigh)).map((n) => ({
    dst: n.dst,
    dev: n.dev,
    ...(n.lladdr !== undefined && { mac: n.lladdr }),
    state: n.state.join(' '),
    family: n.dst.includes(':') ? 'inet6' : 'inet',
  }));
}
