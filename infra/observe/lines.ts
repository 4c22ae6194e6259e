// Rows of kernel state as the tools print them, so that a person finds the very line again.
import type { LookupRoute, LookupRule } from './forwarding-state.ts';
import type {
  AddressRow,
  FdbRow,
  InterfaceRow,
  NeighbourRow,
  QdiscRow,
  RouteRow,
  RuleRow,
} from './snapshot.ts';

/** As `ip route show table all` prints it, without the trailing space; nexthops on lines of their own. */
export function routeLine(r: RouteRow & Partial<Omit<LookupRoute, keyof RouteRow>>): string {
  const words = [
    ...(r.type === 'unicast' ? [] : [r.type]),
    r.dst,
    ...option('tos', r.tos),
    ...option('via', r.via),
    ...option('dev', r.dev),
    ...(r.table === 'main' ? [] : ['table', r.table]),
    ...(r.protocol === 'boot' ? [] : ['proto', r.protocol]),
    ...(r.scope === 'global' ? [] : ['scope', r.scope]),
    ...option('src', r.src),
    ...option('metric', r.metric),
    ...(r.flags?.includes('dead') ? ['dead'] : []),
    ...(r.onlink ? ['onlink'] : []),
    ...(r.flags?.includes('linkdown') ? ['linkdown'] : []),
    ...option('mtu', r.mtu),
    ...option('pref', r.pref),
  ];
  const nexthops = (r.nexthops ?? []).map(({ via, dev, weight, ...hop }) => {
    const flags = 'flags' in hop ? (hop.flags as readonly string[]) : [];
    return ['\n\tnexthop', ...option('via', via), ...option('dev', dev), 'weight', weight, ...flags].join(
      ' ',
    );
  });
  return words.join(' ') + nexthops.join('');
}

/** As `ip rule` prints it, with a space where that has a tab. */
export function ruleLine(r: RuleRow & Partial<Omit<LookupRule, keyof RuleRow>>): string {
  const range = (name: string, ports?: readonly [number, number]) =>
    option(name, ports && (ports[0] === ports[1] ? `${ports[0]}` : ports.join('-')));
  const { action = 'lookup' } = r;
  return [
    `${r.priority}:`,
    ...(r.not ? ['not'] : []),
    'from',
    r.src,
    ...option('to', r.dst),
    ...option('fwmark', r.fwmark),
    ...option('iif', r.iif),
    ...option('oif', r.oif),
    ...option('ipproto', r.ipproto),
    ...range('sport', r.sport),
    ...range('dport', r.dport),
    ...(action === 'lookup' ? ['lookup', r.table] : action === 'goto' ? ['goto', `${r.goto}`] : [action]),
    ...option('suppress_prefixlength', r.suppressPrefix),
  ].join(' ');
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
