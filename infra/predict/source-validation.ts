// Is a packet's source believable on the interface it came in by: martian addresses, and rp_filter.
// Source of the rules: fib_validate_source(), net/ipv4/fib_frontend.c; ip_route_input_slow(), net/ipv4/route.c.
import { type LookupKey, nexthopsOf } from './fib-table.ts';
import type { Decision, DropReason, Rule } from './hop.ts';
import { isLoopback, isMulticast, isZeronet, LIMITED_BROADCAST } from './ipv4.ts';
import type { Kernel } from './kernel.ts';
import { routeRef } from './route.ts';
import { lookupRules } from './rules.ts';

export type Validation =
  | { readonly ok: true; readonly decisions: readonly Decision[] }
  | { readonly ok: false; readonly reason: DropReason; readonly words: string; readonly rule?: Rule };

interface Arrival extends Omit<LookupKey, 'iif' | 'oif' | 'src' | 'mark'> {
  readonly src: string;
  readonly dev: string;
  readonly mark: number;
}

const refuse = (words: string, rule?: Rule): Validation => ({
  ok: false,
  reason: 'martian',
  words,
  ...(rule && { rule }),
});

/** Addresses that no packet may carry on a wire, before any table is asked. */
export function validateAddresses(
  kernel: Kernel,
  { src, dst, dev }: Pick<Arrival, 'src' | 'dst' | 'dev'>,
): Validation {
  if (isMulticast(src) || src === LIMITED_BROADCAST || isZeronet(src)) return refuse(`martian source ${src}`);
  if (isZeronet(dst)) return refuse(`martian destination ${dst}`);
  const allowed = kernel.either(dev, 'route_localnet');
  for (const [what, address] of [
    ['destination', dst],
    ['source', src],
  ] as const) {
    if (isLoopback(address) && !allowed) {
      const line = kernel.sysctlLine(dev, 'route_localnet');
      return refuse(`martian ${what} ${address} on ${dev}`, { table: 'sysctls', host: kernel.name, line });
    }
  }
  return { ok: true, decisions: [] };
}

/** Is the packet's source somewhere that it could have come from by this interface? */
export function validateSource(kernel: Kernel, arrival: Arrival): Validation {
  const { src, dst, dev, mark, proto, sport, dport } = arrival;
  const mode = kernel.greater(dev, 'rp_filter');
  const acceptLocal = kernel.either(dev, 'accept_local');
  if (mode === 0 && acceptLocal) return { ok: true, decisions: [] };
  if (mode === 0 && !isCustom(kernel)) {
    const own = kernel.addresses.find((a) => a.address === src);
    if (own === undefined) return { ok: true, decisions: [] };
    const line = `${own.address}/${own.prefix} dev ${own.dev}`;
    return refuse(`martian source: ${src} is ${kernel.name}'s own`, {
      table: 'addresses',
      host: kernel.name,
      line,
      row: own,
    });
  }
  const key = {
    dst: src,
    src: dst,
    iif: 'lo',
    ...(proto !== undefined && { proto }),
    // The way back has the ports the other way round.
    ...(dport !== undefined && { sport: dport }),
    ...(sport !== undefined && { dport: sport }),
    ...(kernel.either(dev, 'src_valid_mark') && { mark }),
  };
  const line = kernel.sysctlLine(dev, 'rp_filter');
  const sysctl: Rule = { table: 'sysctls', host: kernel.name, line };
  const failed = (why: string): Validation => ({
    ok: false,
    reason: 'rp-filter',
    words: `${line}: ${why}`,
    rule: sysctl,
  });
  const found = lookupRules(kernel, key, kernel.fib4);
  if (
    found.kind === 'unknown' ||
    found.kind === 'none' ||
    found.kind === 'error' ||
    found.kind === 'rule-error'
  ) {
    return mode === 0 ? { ok: true, decisions: [] } : failed(`${kernel.name} has no way back to ${src}`);
  }
  const { route } = found;
  if (route.type !== 'unicast' && !(route.type === 'local' && acceptLocal)) {
    const rule = routeRef(kernel, route);
    return refuse(
      `martian source: ${src} is ${route.type === 'local' ? `${kernel.name}'s own` : route.type}`,
      rule,
    );
  }
  if (nexthopsOf(route).some((hop) => hop.dev === dev)) {
    const rule = routeRef(kernel, route);
    const words = `${line}: the way back to ${src} is ${dev} as well`;
    return { ok: true, decisions: mode === 0 ? [] : [{ kind: 'rp-filter', words, rule }] };
  }
  // An interface without an address cannot be anybody's way back.
  if (!kernel.addresses.some((a) => a.dev === dev)) {
    return mode === 0 ? { ok: true, decisions: [] } : failed(`${dev} has no IPv4 address`);
  }
  if (mode !== 1) return { ok: true, decisions: [] };
  const way = nexthopsOf(route)
    .map((hop) => hop.dev)
    .join(' or ');
  return failed(`the way back to ${src} is ${way}, not ${dev} (${routeRef(kernel, route).line})`);
}

/** Without rules or local routes of somebody's own, the kernel asks no table but compares addresses. */
function isCustom(kernel: Kernel): boolean {
  const own = kernel.rules.some((r) => ![0, 32_766, 32_767].includes(r.priority) || r.src !== 'all');
  const local = kernel.tables.get('local') ?? [];
  return own || kernel.rules.length !== 3 || local.some((r) => r.type === 'local' && r.protocol !== 'kernel');
}
