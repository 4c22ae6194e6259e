// A Linux bridge: learning, lookup, flooding, hairpin, isolation, and iptables on bridged frames (br_netfilter).
// Sources: br_input.c, br_forward.c, br_fdb.c, br_device.c, br_netfilter_hooks.c of net/bridge/.
import type { FdbRow } from '../observe/snapshot.ts';
import { fragmentLength } from './flow.ts';
import type { Branch, Decision, Rule } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, type Trail, trail, type Walk } from './lab.ts';
import { fdbLine } from './lines.ts';
import { dropped, hop, unknown } from './make-hop.ts';
import { resolve } from './neighbour.ts';
import { rulesBeyond } from './netfilter/rules-beyond.ts';
import { type HookResult, runHook } from './netfilter/run-hook.ts';
import { BROADCAST, type Frame, isGroup, NO_MAC, type Packet, wireLength } from './packet.ts';
import { findRoute } from './route.ts';
import { takeIn } from './take-in.ts';

interface Where {
  readonly kernel: Kernel;
  readonly bridge: Link;
  /** Absent for a frame that the host itself sends by the bridge. */
  readonly ingress?: Link;
}

/** br_handle_frame() and br_handle_frame_finish(). */
export function receiveOnBridge(
  walk: Walk,
  kernel: Kernel,
  port: Link,
  bridge: Link,
  frame: Frame,
  t: Trail,
): Branch[] {
  const at = { kernel, dev: port.name };
  const notModelled = beyondModel(kernel, port, bridge, frame);
  if (notModelled) return [unknown(kernel, notModelled.words, t.decisions, notModelled.rule)];
  const state = String(port.slave.state ?? 'forwarding');
  if (state !== 'forwarding') {
    const rule = portRule(kernel, port, `state ${state}`);
    return [
      dropped(
        at,
        'port-state',
        `${port.name} is a port of ${bridge.name} in state ${state}`,
        t.decisions,
        rule,
      ),
    ];
  }
  if (isGroup(frame.src) || frame.src === NO_MAC) {
    return [dropped(at, 'fdb', `${bridge.name} takes no frame from ${frame.src}`, t.decisions)];
  }
  const filtered = prerouting(walk, { kernel, bridge, ingress: port }, frame, t);
  if ('ends' in filtered) return filtered.ends;
  learn(kernel, bridge, port, frame.src);
  return decide(
    walk,
    { kernel, bridge, ingress: port },
    filtered.frame,
    filtered.trail,
    filtered.frame !== frame || filtered.called,
  );
}

function beyondModel(kernel: Kernel, port: Link, bridge: Link, frame: Frame) {
  const strange = rulesBeyond(kernel, 'bridge');
  if (strange) return strange;
  if (Number(bridge.data.vlan_filtering ?? 0) > 0) {
    return { words: `${bridge.name} filters VLANs, which is not modelled`, rule: undefined };
  }
  if (port.slave.locked === true)
    return { words: `${port.name} is a locked port, which is not modelled`, rule: undefined };
  const ports = portsOf(kernel, bridge);
  const answers = ports.find((p) => p.slave.neigh_suppress === true || p.slave.proxy_arp === true);
  if (frame.arp && answers) {
    return {
      words: `${bridge.name} answers ARP for others at ${answers.name}, which is not modelled`,
      rule: undefined,
    };
  }
  return undefined;
}

const portsOf = (kernel: Kernel, bridge: Link) =>
  [...kernel.links.values()].filter((l) => l.master === bridge.name);

const portRule = (kernel: Kernel, port: Link, what: string): Rule => ({
  table: 'interfaces',
  host: kernel.name,
  line: `${port.name}: master ${port.master} ${what}`,
  row: port,
});

/** br_fdb_update(): a frame tells where its sender is, except of addresses that are the bridge's own. */
function learn(kernel: Kernel, bridge: Link, port: Link, mac: string): void {
  if (port.slave.learning === false || Number(bridge.data.ageing_time ?? 1) === 0) return;
  const key = `${bridge.name} ${mac}`;
  const known = kernel.bridgeFdb.get(key);
  if (known && (known.flags.includes('permanent') || known.flags.includes('sticky'))) return;
  if (known?.dev === port.name) return;
  kernel.bridgeFdb.set(key, {
    mac,
    dev: port.name,
    master: bridge.name,
    flags: known?.flags ?? [],
    learned: true,
    meaning: `learned from this flow at ${port.name}`,
  });
}

function decide(walk: Walk, where: Where, frame: Frame, t: Trail, filtered: boolean): Branch[] {
  const { kernel, bridge, ingress } = where;
  const up = (trail: Trail) => (ingress ? passUp(walk, where, ingress, frame, trail, filtered) : []);
  if (isGroup(frame.dst)) {
    const flooded = flood(walk, where, frame, t);
    return ingress ? [...up(also(t, groupDecision(bridge, frame))), ...flooded] : flooded;
  }
  const promiscuous = bridge.flags.includes('PROMISC') && ingress !== undefined;
  const row = kernel.bridgeFdb.get(`${bridge.name} ${frame.dst}`);
  if (row === undefined) {
    return [...flood(walk, where, frame, t), ...(promiscuous ? up(t) : [])];
  }
  const decision = fdbDecision(kernel, row);
  if (row.flags.includes('permanent') && ingress) return up(also(t, decision));
  const egress = kernel.link(row.dev);
  if (egress === undefined || row.dev === bridge.name) {
    const words = `${bridge.name} keeps frames for ${frame.dst} for itself`;
    return [dropped({ kernel, dev: bridge.name }, 'fdb', words, t.decisions, decision.rule)];
  }
  return [...toPort(walk, where, egress, frame, also(t, decision)), ...(promiscuous ? up(t) : [])];
}

const groupDecision = (bridge: Link, frame: Frame): Decision => ({
  kind: 'flood',
  words: `${frame.dst === BROADCAST ? 'broadcast' : 'multicast'}: ${bridge.name} takes it itself and floods it`,
});

function fdbDecision(kernel: Kernel, row: FdbRow): Decision & { readonly rule: Rule } {
  const line = fdbLine(row);
  return { kind: 'fdb', words: `FDB ${line}`, rule: { table: 'fdb', host: kernel.name, line, row } };
}

/** br_pass_frame_up(): the host gets it by the bridge's own interface. */
function passUp(
  walk: Walk,
  { kernel, bridge }: Where,
  ingress: Link,
  frame: Frame,
  t: Trail,
  filtered: boolean,
): Branch[] {
  if (!bridge.up)
    return [dropped({ kernel, dev: bridge.name }, 'link-down', `${bridge.name} is down`, t.decisions)];
  // The packet type was set at the port: its own MAC counts beside the bridge's.
  const meant = isGroup(frame.dst) || frame.dst === bridge.mac || frame.dst === ingress.mac;
  const arrival = { srcMac: frame.src, ...(filtered && { filteredAt: ingress.name }) };
  return [
    hop(kernel, bridge, 'in', frame, t, (next) => takeIn(walk, kernel, bridge, frame, meant, arrival, next)),
  ];
}

/** br_flood(): to every port that floods this kind of frame. */
function flood(walk: Walk, where: Where, frame: Frame, t: Trail): Branch[] {
  const { kernel, bridge } = where;
  const flag = frame.dst === BROADCAST ? 'bcast_flood' : isGroup(frame.dst) ? 'mcast_flood' : 'flood';
  const local = where.ingress === undefined && flag !== 'flood';
  const ports = portsOf(kernel, bridge).filter((p) => local || p.slave[flag] !== false);
  const reached = ports.filter((p) => refusal(where, p) === undefined);
  if (reached.length === 0) {
    const words = `${bridge.name} has no FDB entry for ${frame.dst} and no port to flood it to`;
    return isGroup(frame.dst) && where.ingress
      ? []
      : [dropped({ kernel, dev: bridge.name }, 'fdb', words, t.decisions)];
  }
  const words =
    flag === 'flood'
      ? `flood: ${bridge.name} has no FDB entry for ${frame.dst}`
      : `${flag === 'bcast_flood' ? 'broadcast' : 'multicast'}: ${bridge.name} floods it`;
  return reached.flatMap((p) => toPort(walk, where, p, frame, also(t, { kind: 'flood', words })));
}

/** should_deliver(): why a port does not get a frame, if so. */
function refusal({ ingress }: Where, port: Link): string | undefined {
  const state = String(port.slave.state ?? 'forwarding');
  if (state !== 'forwarding') return `state ${state}`;
  if (port.name === ingress?.name && port.slave.hairpin !== true) return 'hairpin off';
  if (port.slave.isolated === true && ingress?.slave.isolated === true) return 'isolated on';
  return undefined;
}

function toPort(walk: Walk, where: Where, port: Link, frame: Frame, t: Trail): Branch[] {
  const { kernel, bridge, ingress } = where;
  const at = { kernel, dev: port.name };
  const refused = refusal(where, port);
  if (refused !== undefined) {
    const rule = portRule(kernel, port, refused);
    return [
      dropped(
        at,
        'port-state',
        `${bridge.name} does not send it out of ${port.name}: ${refused}`,
        t.decisions,
        rule,
      ),
    ];
  }
  if (ingress === undefined || !callsIptables(kernel, bridge) || !frame.ip) {
    // br_dev_queue_push_xmit(): a bridge cuts nothing; 4 bytes are left for a VLAN tag.
    if (frame.ip && wireLength(frame.ip) > port.mtu + 4) return tooBig(kernel, port, frame.ip, t);
    return walk.transmit(kernel, port, frame, t);
  }
  const names = { iif: bridge.name, oif: bridge.name, physOut: port.name, srcMac: frame.src };
  const forward = runHook({ kernel, hook: 'forward', packet: frame.ip, ...names, physIn: ingress.name });
  if (forward.verdict !== 'accept') return stopped(kernel, port.name, forward, t);
  const { iif: _, ...leaving } = names;
  const post = runHook({
    kernel,
    hook: 'postrouting',
    packet: forward.packet,
    ...leaving,
    physIn: ingress.name,
  });
  if (post.verdict !== 'accept') return stopped(kernel, port.name, post, t);
  const after = also(t, ...forward.decisions, ...post.decisions);
  const { packet } = post;
  if (wireLength(packet) <= port.mtu) return walk.transmit(kernel, port, { ...frame, ip: packet }, after);
  // br_nf_dev_queue_xmit(): iptables has put fragments together, so the bridge has to cut; not what came as a fragment.
  if (packet.df || packet.fragment !== undefined) return tooBig(kernel, port, packet, after);
  const cut = { ...packet, fragment: fragmentLength(port.mtu) };
  const mtu: Decision = {
    kind: 'mtu',
    words: `fragments: ${packet.length} bytes are more than the MTU ${port.mtu} of ${port.name}`,
  };
  return walk.transmit(kernel, port, { ...frame, ip: cut }, also(after, mtu));
}

function tooBig(kernel: Kernel, port: Link, packet: Packet, t: Trail): Branch[] {
  const words = `${wireLength(packet)} bytes are more than the port ${port.name} takes (mtu ${port.mtu})`;
  const rule: Rule = {
    table: 'interfaces',
    host: kernel.name,
    line: `${port.name}: mtu ${port.mtu}`,
    row: port,
  };
  return [dropped({ kernel, dev: port.name }, 'mtu', words, t.decisions, rule)];
}

/** net.bridge.bridge-nf-call-iptables, or the bridge's own nf_call_iptables. */
export function callsIptables(kernel: Kernel, bridge: Link): boolean {
  return (
    kernel.sysctl('net.bridge.bridge-nf-call-iptables') > 0 || Number(bridge.data.nf_call_iptables ?? 0) > 0
  );
}

type Filtered =
  | { readonly frame: Frame; readonly trail: Trail; readonly called: boolean }
  | { readonly ends: Branch[] };

/** br_nf_pre_routing(): iptables sees a bridged frame come in by the bridge, before the bridge looks at it. */
function prerouting(walk: Walk, { kernel, bridge, ingress }: Where, frame: Frame, t: Trail): Filtered {
  if (!frame.ip || ingress === undefined || !callsIptables(kernel, bridge))
    return { frame, trail: t, called: false };
  const names = { iif: bridge.name, physIn: ingress.name, srcMac: frame.src };
  const result = runHook({ kernel, hook: 'prerouting', packet: frame.ip, ...names });
  if (result.verdict !== 'accept') return { ends: stopped(kernel, ingress.name, result, t) };
  const { packet } = result;
  const after = also(t, ...result.decisions);
  if (packet.dst === frame.ip.dst) return { frame: { ...frame, ip: packet }, trail: after, called: true };
  // br_nf_pre_routing_finish(): a new destination on the same bridge gets that neighbour's MAC, another the bridge's.
  const routing = findRoute(kernel, {
    dst: packet.dst,
    src: packet.src,
    iif: bridge.name,
    mark: packet.mark,
  });
  if (routing.kind === 'route' && routing.route.type === 'unicast' && routing.nexthop.dev === bridge.name) {
    const nexthop = routing.nexthop.via ?? packet.dst;
    const found = resolve(walk, kernel, bridge, nexthop, packet, after.depth);
    if ('end' in found) return { ends: [{ ...found.end, decisions: after.decisions }] };
    const trail = also(after, ...routing.decisions, ...found.decisions);
    return { frame: { ...frame, dst: found.mac, ip: packet }, trail, called: true };
  }
  return { frame: { ...frame, dst: bridge.mac, ip: packet }, trail: after, called: true };
}

/** The end that a packet filter makes of a packet. */
export function stopped(
  kernel: Kernel,
  dev: string,
  result: Exclude<HookResult, { verdict: 'accept' }>,
  t: Trail,
): Branch[] {
  if (result.verdict === 'unknown') return [unknown(kernel, result.words, t.decisions, result.rule)];
  const word = result.verdict === 'drop' ? 'dropped' : 'rejected';
  return [dropped({ kernel, dev }, 'filter', `${word} by ${result.words}`, t.decisions, result.rule)];
}

/** br_dev_xmit(): the host itself sends by the bridge. */
export function transmitFromBridge(
  walk: Walk,
  kernel: Kernel,
  bridge: Link,
  frame: Frame,
  t: Trail,
): Branch[] {
  const strange = rulesBeyond(kernel, 'bridge');
  if (strange) return [unknown(kernel, strange.words, t.decisions, strange.rule)];
  if (Number(bridge.data.vlan_filtering ?? 0) > 0) {
    return [unknown(kernel, `${bridge.name} filters VLANs, which is not modelled`, t.decisions)];
  }
  return decide(walk, { kernel, bridge }, frame, trail(t.depth, ...t.decisions), false);
}
