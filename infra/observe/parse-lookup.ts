// Routes, rules, addresses and proxies with what only a route lookup asks for.
import { z } from 'zod';
import type { LookupAddress, LookupRoute, LookupRule } from './forwarding-state.ts';
import { type IpLink, neigh, nexthop, route, routeRow, rule, ruleRow } from './parse-ip.ts';
import { readJson } from './sections.ts';

type Family = 'inet' | 'inet6';

/** Routes of one family, of all tables, local included, with what only a lookup needs. */
export function readLookupRoutes(text: string, tool: string, family: Family): LookupRoute[] {
  return readJson(text, tool, z.array(route)).flatMap((r) => {
    const { nexthops: _, ...row } = routeRow(r);
    const mtu = r.metrics?.find((m) => m.mtu !== undefined)?.mtu;
    return row.family !== family
      ? []
      : [
          {
            ...row,
            flags: r.flags,
            ...(r.tos !== undefined && { tos: r.tos }),
            ...(mtu !== undefined && { mtu }),
            ...(r.pref !== undefined && { pref: r.pref }),
            ...(r.encap !== undefined && { encap: r.encap }),
            ...(r.nexthops !== undefined && {
              nexthops: r.nexthops.map((h) => ({ ...nexthop(h), flags: h.flags ?? [] })),
            }),
          },
        ];
  });
}

/** Rules with every selector and action that `ip rule` prints. */
export function readLookupRules(text: string, tool: string, family: Family): LookupRule[] {
  return readJson(text, tool, z.array(rule)).map((r) => {
    const ports = (one?: number, start?: number, end?: number) =>
      one !== undefined
        ? ([one, one] as const)
        : start !== undefined
          ? ([start, end ?? start] as const)
          : undefined;
    const sport = ports(r.sport, r.sport_start, r.sport_end);
    const dport = ports(r.dport, r.dport_start, r.dport_end);
    const selectors = {
      tos: r.tos,
      uid: r.uid_start,
      l3mdev: r.l3mdev,
      suppress_ifgroup: r.suppress_ifgroup,
    };
    return {
      ...ruleRow(r, family),
      not: r.not === null,
      action: r.goto !== undefined ? 'goto' : r.nop === null ? 'nop' : (r.action ?? 'lookup'),
      ...(r.goto !== undefined && { goto: r.goto }),
      ...(r.iif !== undefined && { iif: r.iif }),
      ...(r.oif !== undefined && { oif: r.oif }),
      ...(r.ipproto !== undefined && { ipproto: String(r.ipproto) }),
      ...(sport && { sport }),
      ...(dport && { dport }),
      ...(r.suppress_prefixlen !== undefined && { suppressPrefix: r.suppress_prefixlen }),
      others: Object.entries(selectors).flatMap(([name, value]) => (value === undefined ? [] : [name])),
    };
  });
}

/** What `ip neigh show proxy` prints. */
export function readProxies(text: string, tool: string): { readonly dst: string; readonly dev: string }[] {
  return readJson(text, tool, z.array(neigh)).map(({ dst, dev }) => ({ dst, dev }));
}

/** Flags of an IPv6 address that the choice of a source address looks at. */
const FLAGS = ['tentative', 'dadfailed', 'deprecated', 'temporary'] as const;

/** Addresses of one family with what the choice of a source address looks at. */
export function lookupAddresses(links: readonly IpLink[], family: Family): LookupAddress[] {
  return links.flatMap((l) =>
    l.addr_info.flatMap((a) =>
      a.local === undefined || a.family !== family
        ? []
        : [
            {
              dev: l.ifname,
              address: a.local,
              // A point-to-point address stands for its peer's prefix.
              peer: a.address ?? a.local,
              prefix: a.prefixlen ?? (family === 'inet' ? 32 : 128),
              scope: a.scope ?? 'global',
              secondary: a.secondary ?? false,
              ...(family === 'inet6' && { flags: FLAGS.filter((flag) => a[flag]) }),
            },
          ],
    ),
  );
}
