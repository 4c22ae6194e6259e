// Rows of kernel state as the tools print them, so that a person finds the very line again.
import type {
  AddressRow,
  FdbRow,
  InterfaceRow,
  NeighbourRow,
  QdiscRow,
  RouteRow,
  RuleRow,
} from './snapshot.ts';

/** As `ip route show table all` prints it, without the trailing space; nexthops of a multipath route in the same line. */
export function routeLine(r: RouteRow): string {
  const words = [
    ...(r.type === 'unicast' ? [] : [r.type]),
    r.dst,
    ...option('via', r.via),
    ...option('dev', r.dev),
    ...(r.table === 'main' ? [] : ['table', r.table]),
    ...(r.protocol === 'boot' ? [] : ['proto', r.protocol]),
    ...(r.scope === 'global' ? [] : ['scope', r.scope]),
    ...option('src', r.src),
    ...option('metric', r.metric),
    ...(r.onlink ? ['onlink'] : []),
  ];
  const nexthops = (r.nexthops ?? []).flatMap((hop) => [
    'nexthop',
    ...option('via', hop.via),
    ...option('dev', hop.dev),
    ...option('weight', hop.weight),
  ]);
  return [...words, ...nexthops].join(' ');
}

/** As `ip rule` prints it, with a space where that has a tab. */
export function ruleLine(r: RuleRow): string {
  const words = [`${r.priority}:`, 'from', r.src, ...option('to', r.dst), ...option('fwmark', r.fwmark)];
  return [...words, 'lookup', r.table].join(' ');
}

/** As `ip neigh` prints it. */
export function neighbourLine({ dst, dev, mac, state }: NeighbourRow): string {
  return [dst, 'dev', dev, ...option('lladdr', mac), state].join(' ');
}

/** As `bridge fdb` prints it. */
export function fdbLine({ mac, dev, dst, vlan, master, flags }: FdbRow): string {
  const where = [...option('dst', dst), ...option('vlan', vlan), ...option('master', master)];
  return [mac, 'dev', dev, ...where, ...flags].join(' ');
}

/** As `ip -br link` and `ip -d link` between them tell it. */
export function interfaceLine({
  name,
  ifindex,
  peerIfindex,
  kind,
  mac,
  mtu,
  state,
  master,
}: InterfaceRow): string {
  const peer = kind === 'veth' ? `@if${peerIfindex}` : '';
  return [`${ifindex}:`, `${name}${peer}`, kind, mac, 'mtu', mtu, ...option('master', master), state].join(
    ' ',
  );
}

/** As `ip address` prints it. */
export function addressLine({ family, address, prefix, scope, dev }: AddressRow): string {
  return `${family} ${address}/${prefix} scope ${scope} dev ${dev}`;
}

/** As `tc qdisc` begins it. */
export function qdiscLine({ kind, handle, dev, parent, rateBps }: QdiscRow): string {
  const where = parent === undefined ? ['root'] : ['parent', parent];
  return [kind, handle, 'dev', dev, ...where, ...option('rate', rateBps && `${rateBps}bit`)].join(' ');
}

function option(name: string, value: string | number | undefined): readonly (string | number)[] {
  return value === undefined ? [] : [name, value];
}
