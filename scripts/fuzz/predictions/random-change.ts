// A random change of a standing lab's kernels: a fault of the catalogue, or any row of a table taken away, added or turned
// round. Pure: it knows what was observed, and nothing of how anything is predicted.
import { FAULTS } from '../../../infra/faults/catalogue.ts';
import { planFault } from '../../../infra/faults/fault.ts';
import { sceneOf } from '../../../infra/faults/scene.ts';
import { routeLine } from '../../../infra/observe/lines.ts';
import type { HostSnapshot, InterfaceRow, LabSnapshot } from '../../../infra/observe/snapshot.ts';
import { shellWord } from '../../../infra/util/shell-quote.ts';
import type { Pick } from '../../bench/random-numbers.ts';

export interface Change {
  /** Such as `forward-drop`, or the table that it is of. */
  readonly what: string;
  readonly steps: readonly { readonly host: string; readonly script: string }[];
}

interface Draw {
  readonly lab: LabSnapshot;
  readonly pick: Pick;
  /** Of all interfaces and of all pods and nodes. */
  readonly macs: readonly string[];
  readonly addresses: readonly string[];
  readonly host: string;
  readonly state: HostSnapshot;
  readonly isNode: boolean;
}
/** Undefined where the host that was drawn has nothing of the kind. */
type Maker = (draw: Draw) => string | undefined;

const WIRED = new Set(['veth', 'bridge', 'vxlan']);
const device = ({ state, pick }: Draw): InterfaceRow | undefined =>
  some(
    pick,
    state.interfaces.filter(({ kind }) => WIRED.has(kind)),
  );
const port = ({ state, pick }: Draw) =>
  some(
    pick,
    state.interfaces.filter(({ master }) => master !== undefined),
  );

const routeGone: Maker = ({ state, pick }) => {
  const row = some(pick, state.routes);
  return row && `ip ${row.family === 'inet6' ? '-6 ' : ''}route del ${routeLine(row)}`;
};
const routeRefused: Maker = ({ pick, addresses }) =>
  `ip route add ${pick(['blackhole', 'unreachable', 'prohibit'])} ${pick(addresses)}`;
const routeAstray: Maker = (draw) => {
  const dev = device(draw)?.name;
  return dev && `ip route replace ${draw.pick(draw.addresses)} dev ${dev}`;
};
const rule: Maker = ({ pick, addresses }) =>
  `ip rule add ${pick(['from', 'to'])} ${pick(addresses)} ${pick(['unreachable', 'prohibit', 'blackhole', 'table 100'])} prio ${pick([10, 40_000])}`;
const neighbour: Maker = (draw) => {
  const { pick, addresses, macs } = draw;
  const dev = device(draw)?.name;
  return (
    dev &&
    `ip neigh replace ${pick(addresses)} lladdr ${pick(macs)} dev ${dev} nud ${pick(['permanent', 'stale', 'noarp'])}`
  );
};
const fdbGone: Maker = ({ state, pick }) => {
  const row = some(pick, state.fdb);
  if (!row) return undefined;
  const { mac, dev, dst, vlan, master } = row;
  const where = [
    ...(dst ? [`dst ${dst}`] : []),
    ...(vlan ? [`vlan ${vlan}`] : []),
    master ? 'master' : 'self',
  ];
  return `bridge fdb del ${mac} dev ${dev} ${where.join(' ')}`;
};
const fdbAstray: Maker = (draw) => {
  const to = port(draw);
  return to && `bridge fdb replace ${draw.pick(draw.macs)} dev ${to.name} master static`;
};
const sysctl: Maker = (draw) => {
  const { pick, isNode } = draw;
  const dev = pick([device(draw)?.name ?? 'all', 'all']);
  const conf = (key: string, value: number) => [`ipv4/conf/${dev}/${key}`, value] as const;
  const [file, value] = pick([
    ...[
      conf('rp_filter', 1),
      conf('rp_filter', 2),
      conf('arp_ignore', pick([1, 2, 8])),
      conf('arp_filter', 1),
    ],
    ...[conf('proxy_arp', 1), conf('arp_announce', 2), conf('accept_local', 1)],
    ...[['ipv4/ip_default_ttl', pick([1, 2, 3])] as const, ['ipv4/icmp_echo_ignore_all', 1] as const],
    ...(isNode ? [conf('forwarding', 0), ['ipv4/ip_forward', 0] as const] : []),
  ]);
  return `echo ${value} > /proc/sys/net/${file}`;
};
const filter: Maker = (draw) => {
  const { pick, addresses, isNode } = draw;
  const match = pick([
    `-s ${pick(addresses)}`,
    `-d ${pick(addresses)}`,
    ...['-p icmp', '-p udp', '-m conntrack --ctstate NEW', '-m length --length 0:200', '-m ttl --ttl-lt 64'],
  ]);
  return `iptables -w -I ${pick(isNode ? ['FORWARD', 'FORWARD', 'INPUT', 'OUTPUT'] : ['INPUT', 'OUTPUT'])} ${match} -j ${pick(['DROP', 'REJECT', 'ACCEPT'])}`;
};
const translation: Maker = ({ pick, addresses }) =>
  pick([
    `iptables -w -t nat -I POSTROUTING -s ${pick(addresses)} -j MASQUERADE`,
    `iptables -w -t nat -I PREROUTING -d ${pick(addresses)} -j DNAT --to-destination ${pick(addresses)}`,
    `iptables -w -t nat -I OUTPUT -d ${pick(addresses)} -j DNAT --to-destination ${pick(addresses)}`,
  ]);
const link: Maker = (draw) => {
  const { pick } = draw;
  const dev = device(draw)?.name;
  return dev && `ip link set dev ${dev} ${pick(['down', 'mtu 600', 'mtu 1000', 'mtu 1300', 'arp off'])}`;
};
const bridgePort: Maker = (draw) => {
  const to = port(draw);
  const flags = ['hairpin off', 'isolated on', 'learning off', 'flood off', 'bcast_flood off', 'state 4'];
  return (
    to &&
    draw.pick([`ip link set dev ${to.name} nomaster`, `bridge link set dev ${to.name} ${draw.pick(flags)}`])
  );
};
const address: Maker = (draw) => {
  const dev = device(draw)?.name;
  return dev && `ip addr add ${draw.pick(draw.addresses)}/${draw.pick([32, 24])} dev ${dev}`;
};

const MAKERS: Readonly<Record<string, Maker>> = {
  ...{ routeGone, routeRefused, routeAstray, rule, neighbour, fdbGone, fdbAstray },
  ...{ sysctl, filter, translation, link, bridgePort, address },
};

/**
 * @param near hosts of which three of four changes are
 * @returns undefined when what was drawn is not to be had in this lab: draw again
 */
export function randomChange(lab: LabSnapshot, pick: Pick, near: readonly string[]): Change | undefined {
  if (pick([true, false, false])) return fault(lab, pick);
  const everywhere = Object.keys(lab.hosts).toSorted();
  const host = pick(pick([near, near, near, everywhere].filter((hosts) => hosts.length > 0)));
  const state = lab.hosts[host];
  if (!state) return undefined;
  const all = Object.values(lab.hosts);
  const [what, make] = pick(Object.entries(MAKERS));
  const script = make({
    ...{ lab, pick, host, state },
    isNode: lab.nodes.some(({ name }) => name === host),
    macs: all.flatMap(({ interfaces }) =>
      interfaces.flatMap(({ kind, mac }) => (WIRED.has(kind) ? [mac] : [])),
    ),
    addresses: all.flatMap(({ addresses }) =>
      addresses.flatMap((row) => (row.family === 'inet' && row.dev !== 'lo' ? [row.address] : [])),
    ),
  });
  return script === undefined ? undefined : { what, steps: [{ host, script }] };
}

function fault(lab: LabSnapshot, pick: Pick): Change | undefined {
  const scene = sceneOf(lab);
  const one = pick(FAULTS);
  const plan = scene && planFault(one, scene);
  return (
    plan && {
      what: one.name,
      steps: plan.inject.map(({ host, argv }) => ({ host, script: argv.map(shellWord).join(' ') })),
    }
  );
}

function some<T>(pick: Pick, list: readonly T[]): T | undefined {
  return list.length === 0 ? undefined : pick(list);
}
