// Nobody answers ARP: who should have, or why nobody could.
import type { AddressRow, RouteRow } from '../observe/snapshot.ts';
import type { Decision, End, Rule } from '../predict/hop.ts';
import { inPrefix, rangeOf } from '../predict/ipv4.ts';
import { wrongPort } from './bridge-entry.ts';
import type { Cause } from './finding.ts';
import { noLocalRoute } from './lab-checks.ts';
import type { View } from './view.ts';

type Dropped = Extract<End, { kind: 'dropped' }>;

/** The host that was asked, or the bridge between, has a row of its own that keeps the answer back. */
export function keptBack(view: View, { reason, rule, words }: Dropped): Cause | undefined {
  if (reason !== 'no-neighbour' || rule === undefined) return undefined;
  const { host, table, line } = rule;
  if (table === 'sysctls') return { host, table, subject: line.replace(/ = .*/, ''), words };
  if (table === 'addresses') return noLocalRoute(host, rule.row as AddressRow);
  return table === 'fdb' ? wrongPort(view, rule) : undefined;
}

/**
 * The row by which a host looks for an address on its own link where it is not: a route that names a gateway that there
 * is not, or an address whose prefix takes in more than its link has.
 * @param decided what was decided on that host, in order
 */
export function lookedForInVain(
  view: View,
  { host, reason }: Dropped,
  decided: readonly Decision[],
  target: string,
): Cause | undefined {
  const taken = decided.findLast(({ kind, rule }) => kind === 'route' && rule?.host === host)?.rule;
  if (reason !== 'no-neighbour' || taken === undefined) return undefined;
  const { dst, via, dev } = taken.row as RouteRow;
  const subject = `route ${dst}`;
  const route = { host, table: 'routes' as const, subject };
  if (via !== undefined) {
    const known = Object.keys(view.lab.hosts).some((one) => view.has(one, via));
    return known ? undefined : { ...route, words: `${taken.line}: nobody has the address ${via}` };
  }
  const home = view.nodeOf(target);
  const node = view.lab.pods.find(({ name }) => name === host)?.node;
  if (home === undefined || node === undefined || home.name === node) return undefined;
  const elsewhere = `${target} is behind ${home.name}, and ${host} looks for it on its own link`;
  const source = widestOf(view, host, taken);
  if (source === undefined) return { ...route, words: `${taken.line}: ${elsewhere}` };
  const line = `${source.address}/${source.prefix}`;
  const words = `address ${line} on ${dev} is as wide as route ${dst}: ${elsewhere}`;
  return { host, table: 'addresses', subject: line, words };
}

/** The address that the kernel made this route from (fib_add_ifaddr(), net/ipv4/fib_frontend.c). */
function widestOf(view: View, host: string, { row }: Rule): AddressRow | undefined {
  const { dst, dev, protocol } = row as RouteRow;
  if (protocol !== 'kernel') return undefined;
  return view
    .state(host)
    ?.addresses.find(
      (own) =>
        own.family === 'inet' &&
        own.dev === dev &&
        own.prefix === rangeOf(dst).prefix &&
        inPrefix(own.address, dst),
    );
}
