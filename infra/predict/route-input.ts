// What a host does with a packet that came in: its own, to be forwarded, or not believed.
// Source: ip_route_input_slow(), net/ipv4/route.c.

import type { LookupRoute } from '../observe/forwarding-state.ts';
import type { LookupKey, Nexthop } from './fib-table.ts';
import type { Decision, DropReason, Rule } from './hop.ts';
import type { Kernel } from './kernel.ts';
import { findRoute, routeRef } from './route.ts';
import { validateAddresses, validateSource } from './source-validation.ts';

export interface InputKey extends Omit<LookupKey, 'iif' | 'oif' | 'src' | 'mark'> {
  readonly src: string;
  readonly dev: string;
  readonly mark: number;
}

export type InputRouting =
  | { readonly kind: 'local'; readonly route: LookupRoute; readonly decisions: readonly Decision[] }
  | {
      readonly kind: 'forward';
      readonly route: LookupRoute;
      readonly nexthop: Nexthop;
      readonly decisions: readonly Decision[];
    }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly words: string; readonly rule?: Rule }
  | { readonly kind: 'unknown'; readonly words: string; readonly rule?: Rule };

export function routeInput(kernel: Kernel, key: InputKey): InputRouting {
  const { dev, ...rest } = key;
  const addresses = validateAddresses(kernel, key);
  if (!addresses.ok) return { kind: 'dropped', ...refusalOf(addresses) };
  const routing = findRoute(kernel, { ...rest, iif: dev });
  if (routing.kind !== 'route') return routing;
  const { route, nexthop } = routing;
  if (route.type === 'broadcast') {
    return {
      kind: 'unknown',
      words: `broadcast to ${key.dst} is not modelled`,
      rule: routeRef(kernel, route),
    };
  }
  if (route.type === 'local') {
    const source = validateSource(kernel, key);
    if (!source.ok) return { kind: 'dropped', ...refusalOf(source) };
    return { kind: 'local', route, decisions: [...routing.decisions, ...source.decisions] };
  }
  if (kernel.conf(dev, 'forwarding', kernel.sysctl('net.ipv4.ip_forward')) === 0) {
    const all = kernel.sysctl('net.ipv4.ip_forward');
    const line = all === 0 ? 'net.ipv4.ip_forward = 0' : kernel.sysctlLine(dev, 'forwarding');
    const rule: Rule = { table: 'sysctls', host: kernel.name, line };
    return {
      kind: 'dropped',
      reason: 'not-forwarding',
      words: `${kernel.name} does not forward what comes in by ${dev} (${line})`,
      rule,
    };
  }
  if (route.type !== 'unicast') {
    const rule = routeRef(kernel, route);
    return {
      kind: 'dropped',
      reason: 'martian',
      words: `martian destination ${key.dst} (${route.type})`,
      rule,
    };
  }
  const source = validateSource(kernel, key);
  if (!source.ok) return { kind: 'dropped', ...refusalOf(source) };
  return { kind: 'forward', route, nexthop, decisions: [...source.decisions, ...routing.decisions] };
}

function refusalOf({ reason, words, rule }: { reason: DropReason; words: string; rule?: Rule }) {
  return { reason, words, ...(rule && { rule }) };
}
