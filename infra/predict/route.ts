// Where a packet goes next, by one host's rules and tables, as decisions with the lines that took them.
import type { LookupRoute, LookupRule } from '../observe/forwarding-state.ts';
import { routeLine, ruleLine } from '../observe/lines.ts';
import type { LookupKey, Nexthop } from './fib-table.ts';
import type { Decision, DropReason, Rule } from './hop.ts';
import type { Kernel } from './kernel.ts';
import { type Packet, protocolOf } from './packet.ts';
import { type Lookup, lookupRules } from './rules.ts';
import { sourceFor } from './source-address.ts';

export type Routing =
  | {
      readonly kind: 'route';
      readonly route: LookupRoute;
      readonly nexthop: Nexthop;
      readonly decisions: readonly Decision[];
    }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly words: string; readonly rule?: Rule }
  | { readonly kind: 'unknown'; readonly words: string; readonly rule?: Rule };

export function findRoute(kernel: Kernel, key: LookupKey): Routing {
  const routing = routingOf(kernel, key, lookupRules(kernel, key, kernel.fib4));
  if (routing.kind !== 'route') return routing;
  const { route, nexthop } = routing;
  if (nexthop.via !== undefined && !route.onlink && isOwn(kernel, nexthop.via)) {
    return {
      kind: 'unknown',
      words: `the next hop ${nexthop.via} is ${kernel.name}'s own: whether it counts depends on what was there first`,
      rule: routeRef(kernel, route),
    };
  }
  return routing;
}

/** A packet whose source may still have to be chosen. */
export type Unbound = Omit<Packet, 'src'> & { readonly src?: string };

/** What a lookup is told of a packet, for both families (struct flowi). @param iif `lo` for what this host sends */
export function keyOf(packet: Unbound, iif: string): LookupKey {
  const { src, dst, mark, proto, sport, dport } = packet;
  const ports = proto === 'icmp' ? {} : { sport, dport };
  return { dst, iif, mark, proto: protocolOf(packet), ...ports, ...(src !== undefined && { src }) };
}

/** Of a packet that this host sends. */
export const routeOutput = (kernel: Kernel, packet: Unbound): Routing =>
  findRoute(kernel, keyOf(packet, 'lo'));

/** What a lookup has found, in words. */
export function routingOf(kernel: Kernel, key: LookupKey, found: Lookup): Routing {
  switch (found.kind) {
    case 'none':
      return { kind: 'dropped', reason: 'no-route', words: `${kernel.name} has no route to ${key.dst}` };
    case 'rule-error': {
      const rule = ruleRef(kernel, found.rule);
      return { kind: 'dropped', reason: found.error, words: `rule says ${found.error}: ${rule.line}`, rule };
    }
    case 'unknown': {
      const rule = ruleRef(kernel, found.rule);
      return {
        kind: 'unknown',
        words: `unknown: rule ${rule.line} of ${kernel.name} is not modelled and could match`,
        rule,
      };
    }
    case 'error': {
      const rule = routeRef(kernel, found.route);
      return {
        kind: 'dropped',
        reason: found.error,
        words: `the route to ${key.dst} says ${found.error}`,
        rule,
      };
    }
    case 'multipath': {
      const rule = routeRef(kernel, found.route);
      return { kind: 'unknown', words: `a hash chooses between the next hops to ${key.dst}`, rule };
    }
    case 'route':
      if (found.route.encap !== undefined) {
        const rule = routeRef(kernel, found.route);
        return {
          kind: 'unknown',
          words: `unknown: encap ${found.route.encap} of a route is not modelled`,
          rule,
        };
      }
      return {
        kind: 'route',
        route: found.route,
        nexthop: found.nexthop,
        decisions: [...ruleDecision(kernel, found.rule), routeDecision(kernel, found.route)],
      };
  }
}

/**
 * A gateway that was the host's own address when the route was made is passed over (fib_check_nh_v4_gw() gives it scope
 * host, rt_set_nexthop() takes link only); no tool tells that scope.
 */
const isOwn = (kernel: Kernel, address: string) => kernel.addressType(address) === 'local';

/** The rules that every kernel starts with need no telling. */
function ruleDecision(kernel: Kernel, rule: LookupRule): Decision[] {
  const standard =
    rule.src === 'all' && rule.dst === undefined && ['local', 'main', 'default'].includes(rule.table);
  if (standard && rule.fwmark === undefined && [0, 32_766, 32_767].includes(rule.priority)) return [];
  const ref = ruleRef(kernel, rule);
  return [{ kind: 'rule', words: `rule ${ref.line}`, rule: ref }];
}

function routeDecision(kernel: Kernel, route: LookupRoute): Decision {
  const rule = routeRef(kernel, route);
  const [line = ''] = rule.line.replace(` table ${route.table}`, '').split('\n');
  return { kind: 'route', words: `route ${line} (table ${route.table})`, rule };
}

export const routeRef = (kernel: Kernel, route: LookupRoute): Rule => ({
  table: 'routes',
  host: kernel.name,
  line: routeLine(route),
  row: route,
});

const ruleRef = (kernel: Kernel, rule: LookupRule): Rule => ({
  table: 'rules',
  host: kernel.name,
  line: ruleLine(rule),
  row: rule,
});

/**
 * The address that a packet of this host's own is sent from: fib_result_prefsrc(), net/ipv4/fib_semantics.c; to an
 * address of its own that very address, ip_route_output_key_hash_rcu(), net/ipv4/route.c.
 */
export function routeSource(
  kernel: Kernel,
  dst: string,
  { route, nexthop }: { route: LookupRoute; nexthop: Nexthop },
): string | undefined {
  if (route.src !== undefined) return route.src;
  if (route.type === 'local') return dst;
  return nexthop.dev === undefined ? undefined : sourceFor(kernel, nexthop.dev, nexthop.via, route.scope);
}
