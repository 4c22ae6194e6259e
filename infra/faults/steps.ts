// Commands that faults are made of.
import { routeLine } from '../observe/lines.ts';
import type { NeighbourRow, RouteRow } from '../observe/snapshot.ts';
import type { Step } from './fault.ts';

export function on(host: string, ...argv: readonly string[]): Step {
  return { host, argv };
}

/** `ip route <verb>` with the row as `ip` printed it. */
export function ipRoute(host: string, verb: 'del' | 'replace', row: RouteRow): Step {
  return on(host, 'ip', 'route', verb, ...routeLine(row).split(/\s+/));
}

/** -q: its output would only repeat the command. */
export function setSysctl(host: string, name: string, value: string): Step {
  return on(host, 'sysctl', '-qw', `${name}=${value}`);
}

/** -w: waits for the lock when a plugin is at the rules. */
export function iptables(host: string, ...words: readonly string[]): Step {
  return on(host, 'iptables', '-w', ...words);
}

/** Takes a rule out where it is: a fault may be undone of which nothing was done. */
export function withoutRule(host: string, table: string, chain: string, ...rule: readonly string[]): Step {
  const script = 'if iptables -w -t "$0" -C "$@" 2>/dev/null; then exec iptables -w -t "$0" -D "$@"; fi';
  return on(host, 'sh', '-c', script, table, chain, ...rule);
}

/** Puts a rule in at that place of its chain, counted from 1, where it is not. */
export function withRule(
  host: string,
  table: string,
  chain: string,
  place: number,
  ...rule: readonly string[]
): Step {
  const script =
    'c=$1 n=$2; shift 2; iptables -w -t "$0" -C "$c" "$@" 2>/dev/null || exec iptables -w -t "$0" -I "$c" "$n" "$@"';
  return on(host, 'sh', '-c', script, table, chain, `${place}`, ...rule);
}

export function permanentNeighbour(host: string, { dst, dev, mac = '' }: NeighbourRow): Step {
  return on(host, ...['ip', 'neigh', 'replace', dst, 'lladdr', mac, 'dev', dev, 'nud', 'permanent']);
}

/** What was asked in vain is not asked again for a while, and what was learned stays: both would outlive a fault. */
export function forgetNeighbour(host: string, address: string): Step {
  return on(host, 'ip', 'neigh', 'flush', 'to', address);
}

/**
 * Waits until the interface is up: the kernel tells carrier and operstate of a veth up to a second after its other end
 * (net/core/link_watch.c), and resolves no neighbour before.
 */
export function untilUp(host: string, dev: string): Step {
  const wait =
    'for i in $(seq 100); do [ "$(cat "/sys/class/net/$1/operstate")" = up ] && exit; sleep 0.05; done; exit 1';
  return on(host, 'sh', '-c', wait, 'until-up', dev);
}

/** Of an interface: `ip` and `sysctl` write the dots of its name as slashes. */
export function ipv4Sysctl(dev: string, name: string): string {
  return `net.ipv4.conf.${dev.replaceAll('.', '/')}.${name}`;
}
