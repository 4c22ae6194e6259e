// What a link does to a frame, by its kind, as `ip -d -j link` says it. A property that an older iproute2 does not print
// has the kernel's default.
import { z } from 'zod';
import type { BridgePortState, BridgeState, LinkState, VxlanState } from './forwarding-state.ts';
import type { IpLink } from './parse-ip.ts';

const off = z.boolean().catch(false);
const on = z.boolean().catch(true);
const number = (fallback: number) => z.number().catch(fallback);

const bridge = z.looseObject({
  vlan_filtering: number(0),
  ageing_time: number(30_000),
  nf_call_iptables: number(0),
  nf_call_ip6tables: number(0),
  mcast_snooping: number(1),
  mcast_querier: number(0),
});
const vxlan = z.looseObject({
  id: number(0),
  port: number(0),
  local: z.string().optional(),
  ttl: number(0),
  df: z.string().catch('unset'),
  learning: off,
  external: off,
  proxy: off,
  rsc: off,
});
const port = z.looseObject({
  state: z.string().catch('forwarding'),
  hairpin: off,
  isolated: off,
  locked: off,
  learning: on,
  flood: on,
  bcast_flood: on,
  mcast_flood: on,
  proxy_arp: off,
  neigh_suppress: off,
});

export function linkState(l: IpLink): LinkState {
  const { info_kind, info_data = {}, info_slave_kind, info_slave_data = {} } = l.linkinfo ?? {};
  return {
    name: l.ifname,
    flags: l.flags,
    ...(typeof l.link === 'string' && { lower: l.link }),
    xdp: l.xdp !== undefined,
    ...(info_kind === 'bridge' && { bridge: bridgeState(info_data) }),
    ...(info_kind === 'vxlan' && { vxlan: vxlanState(info_data) }),
    ...(info_slave_kind === 'bridge' && { port: portState(info_slave_data) }),
  };
}

function bridgeState(data: object): BridgeState {
  const { vlan_filtering, ageing_time, ...rest } = bridge.parse(data);
  return {
    vlanFiltering: vlan_filtering > 0,
    ageing: ageing_time,
    callsIptables: rest.nf_call_iptables > 0,
    callsIp6tables: rest.nf_call_ip6tables > 0,
    snoops: rest.mcast_snooping > 0,
    asksForMembers: rest.mcast_querier > 0,
  };
}

function vxlanState(data: object): VxlanState {
  const { id, port: udpPort, local, ttl, df, learning, external, proxy, rsc } = vxlan.parse(data);
  return {
    vni: id,
    port: udpPort,
    ...(local !== undefined && { local }),
    ttl,
    df,
    learning,
    external,
    answersArp: proxy || rsc,
  };
}

function portState(data: object): BridgePortState {
  const { state, hairpin, isolated, locked, learning, flood, bcast_flood, mcast_flood, ...arp } =
    port.parse(data);
  return {
    state,
    hairpin,
    isolated,
    locked,
    learning,
    floods: { unicast: flood, broadcast: bcast_flood, multicast: mcast_flood },
    answersArp: arp.proxy_arp || arp.neigh_suppress,
  };
}
