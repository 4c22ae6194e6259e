// Which of a host's addresses a packet is sent from. Source of the rule: inet_select_addr(), net/ipv4/devinet.c.
import { inPrefix } from './ipv4.ts';
import type { Kernel } from './kernel.ts';

/** RT_SCOPE_*: the smaller, the farther it is valid. */
export function scopeNumber(scope: string): number {
  const named: Readonly<Record<string, number>> = {
    global: 0,
    site: 200,
    link: 253,
    host: 254,
    nowhere: 255,
  };
  return named[scope] ?? Number(scope);
}

/**
 * @param dst the next hop (or receiver) that the address should share a prefix with, if any does
 * @param scope the narrowest that will do
 */
export function sourceFor(
  kernel: Kernel,
  dev: string,
  dst: string | undefined,
  scope: string,
): string | undefined {
  const widest = scopeNumber(scope);
  const primary = kernel.addresses.filter((a) => !a.secondary && scopeNumber(a.scope) <= widest);
  const own = primary.filter((a) => a.dev === dev);
  const near = dst === undefined ? undefined : own.find((a) => inPrefix(dst, `${a.peer}/${a.prefix}`));
  const chosen = near ?? own[0];
  if (chosen) return chosen.address;
  // Any other interface's address, in the order of the interfaces; one of scope link stays on its link.
  return primary.find((a) => a.dev !== dev && a.scope !== 'link')?.address;
}
