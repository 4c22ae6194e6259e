// Where an IPv6 packet goes next, by one host's rules and tables.
// Source: ip6_route_output_flags(), ip6_route_input_lookup(), ip6_pol_route(), net/ipv6/route.c; net/ipv6/fib6_rules.c.
import type { LookupRule } from '../observe/forwarding-state.ts';
import type { LookupKey } from './fib-table.ts';
import type { Kernel } from './kernel.ts';
import { keyOf, type Routing, routingOf, type Unbound } from './route.ts';
import { fib6RulesOps, lookupRules } from './rules.ts';
import { sourceFor6 } from './source-address6.ts';

export function findRoute6(kernel: Kernel, key: LookupKey): Routing {
  if (kernel.ipv6 === undefined) {
    return {
      kind: 'dropped',
      reason: 'no-route',
      words: `${kernel.name} has no IPv6 address, and no route to ${key.dst}`,
    };
  }
  if (isHalfCustom(kernel.ipv6.rules)) {
    return {
      kind: 'unknown',
      words: `a rule that every kernel starts with is missing on ${kernel.name}: without any other rule it may count all the same`,
    };
  }
  return routingOf(kernel, key, lookupRules(kernel.ipv6, key, opsOf(kernel)));
}

/**
 * fib6_rule_lookup() asks the rules only once somebody has added one (fib6_has_custom_rules), and else looks into the
 * tables local and main, whatever was deleted; nothing tells whether one was there and has gone.
 */
function isHalfCustom(rules: readonly LookupRule[]): boolean {
  const isFirst = ({ priority, src, dst, table }: LookupRule) =>
    src === 'all' &&
    dst === undefined &&
    ((priority === 0 && table === 'local') || (priority === 32_766 && table === 'main'));
  return rules.every(isFirst) && rules.length < 2;
}

/** Only a host that does not forward looks at what became of its gateways (RFC 4191, section 3.5; rt6_check_neigh()). */
function opsOf(kernel: Kernel) {
  const isHost = kernel.conf6('all', 'forwarding') === 0;
  return fib6RulesOps({
    ignoreLinkdown: (dev) => kernel.either6(dev, 'ignore_routes_with_linkdown'),
    ...(isHost && {
      gatewayFailed: (via, dev) => kernel.neighbours.get(`${via} ${dev}`)?.state === 'FAILED',
    }),
  });
}

/** Of a packet that this host sends. */
export const routeOutput6 = (kernel: Kernel, packet: Unbound): Routing =>
  findRoute6(kernel, keyOf(packet, 'lo'));

/** The address that a packet of this host's own is sent from: ip6_route_get_saddr(), include/net/ip6_route.h. */
export function routeSource6(
  kernel: Kernel,
  dst: string,
  { route, nexthop }: Pick<Extract<Routing, { kind: 'route' }>, 'route' | 'nexthop'>,
): string | undefined {
  return route.src ?? sourceFor6(kernel, nexthop.dev, dst);
}
