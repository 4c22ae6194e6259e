// Rows of kernel state as the tools print them, so that a person finds the very line again.
import type { LookupRoute, LookupRule } from '../observe/forwarding-state.ts';
import type { FdbRow, NeighbourRow } from '../observe/snapshot.ts';

/** As `ip route show table all` prints it, without the trailing space; nexthops on lines of their own. */
export function routeLine(r: LookupRoute): string {
  const linkdown = r.flags.includes('linkdown') ? ['linkdown'] : [];
  const words = [
    ...(r.type === 'unicast' ? [] : [r.type]),
    r.dst,
    ...(r.tos === undefined ? [] : ['tos', r.tos]),
    ...(r.via === undefined ? [] : ['via', r.via]),
    ...(r.dev === undefined ? [] : ['dev', r.dev]),
    ...(r.table === 'main' ? [] : ['table', r.table]),
    ...(r.protocol === 'boot' ? [] : ['proto', r.protocol]),
    ...(r.scope === 'global' ? [] : ['scope', r.scope]),
    ...(r.src === undefined ? [] : ['src', r.src]),
    ...(r.metric === undefined ? [] : ['metric', `${r.metric}`]),
    ...(r.flags.includes('dead') ? ['dead'] : []),
    ...(r.onlink ? ['onlink'] : []),
    ...linkdown,
    ...(r.mtu === undefined ? [] : ['mtu', `${r.mtu}`]),
  ];
  const nexthops = (r.nexthops ?? []).map((h) =>
    [
      '\n\tnexthop',
      ...(h.via === undefined ? [] : ['via', h.via]),
      ...(h.dev === undefined ? [] : ['dev', h.dev]),
      'weight',
      `${h.weight}`,
      ...h.flags,
    ].join(' '),
  );
  return words.join(' ') + nexthops.join('');
}

/** As `ip rule` prints it, with a space where that has a tab. */
export function ruleLine(r: LookupRule): string {
  const range = (name: string, ports?: readonly [number, number]) =>
    ports === undefined ? [] : [name, ports[0] === ports[1] ? `${ports[0]}` : ports.join('-')];
  return [
    `${r.priority}:`,
    ...(r.not ? ['not'] : []),
    'from',
    r.src,
    ...(r.dst === undefined ? [] : ['to', r.dst]),
    ...(r.fwmark === undefined ? [] : ['fwmark', r.fwmark]),
    ...(r.iif === undefined ? [] : ['iif', r.iif]),
    ...(r.oif === undefined ? [] : ['oif', r.oif]),
    ...(r.ipproto === undefined ? [] : ['ipproto', r.ipproto]),
    ...range('sport', r.sport),
    ...range('dport', r.dport),
    ...(r.action === 'lookup'
      ? ['lookup', r.table]
      : r.action === 'goto'
        ? ['goto', `${r.goto}`]
        : [r.action]),
    ...(r.suppressPrefix === undefined ? [] : ['suppress_prefixlength', `${r.suppressPrefix}`]),
  ].join(' ');
}

/** As `ip neigh` prints it. */
export function neighbourLine({ dst, dev, mac, state }: NeighbourRow): string {
  return [dst, 'dev', dev, ...(mac === undefined ? [] : ['lladdr', mac]), state].join(' ');
}

/** As `bridge fdb` prints it. */
export function fdbLine({ mac, dev, dst, master, flags }: FdbRow): string {
  return [
    mac,
    'dev',
    dev,
    ...(dst === undefined ? [] : ['dst', dst]),
    ...(master === undefined ? [] : ['master', master]),
    ...flags,
  ].join(' ');
}
