// A Linux bridge: learning, lookup, flooding, hairpin and isolation.
// Sources: br_input.c, br_forward.c, br_fdb.c, br_device.c of net/bridge/.

import { fdbLine } from '../observe/lines.ts';
import { BROADCAST, isGroup, NO_MAC } from '../observe/packets/mac.ts';
import type { FdbRow } from '../observe/snapshot.ts';
import { beyondDevice } from './beyond-device.ts';
import { callsIptables, filterForward, filterPrerouting, tooBig } from './bridge-netfilter.ts';
import type { Branch, Decision, Rule } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, type Trail, trail, type Walk } from './lab.ts';
import { dropped, hop, stopped, unknown } from './make-hop.ts';
import { bridgeHook } from './netfilter/bridge-family.ts';
import { type Frame, VLAN_TAG, wireLength } from './packet.ts';
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
  const state = port.port?.state ?? 'forwarding';
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
  const refused = bridgeHook(kernel, 'prerouting', frame, { iif: port.name });
  if (refused) return stopped(kernel, port.name, refused, t);
  const filtered = filterPrerouting(walk, { kernel, bridge, ingress: port }, frame, t);
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
  if (bridge.bridge?.vlanFiltering) {
    return { words: `${bridge.name} filters VLANs, which is not modelled`, rule: undefined };
  }
  if (port.port?.locked)
    return { words: `${port.name} is a locked port, which is not modelled`, rule: undefined };
  const ports = portsOf(kernel, bridge);
  const answers = ports.find((p) => p.port?.answersArp);
  // Without a querier that knows of members, a bridge that snoops floods as any other (br_multicast_querier_exists()).
  if (frame.ip && isGroup(frame.dst) && bridge.bridge?.snoops && bridge.bridge.asksForMembers) {
    return { words: `${bridge.name} knows members of groups, which is not modelled`, rule: undefined };
  }
  if ((frame.arp || frame.ip?.ndisc) && answers) {
    return {
      words: `${bridge.name} answers ARP and neighbour discovery for others at ${answers.name}, which is not modelled`,
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
  if (port.port?.learning === false || bridge.bridge?.ageing === 0) return;
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
  const words = `${bridge.name} is promiscuous, as with a tap on it: it gets a copy`;
  // The kernel hands it up last, with the stamp that the port has given it: what sees it there sees it first.
  const copy = (before: Trail) => (promiscuous ? up(also(before, { kind: 'link', words })) : []);
  const row = kernel.bridgeFdb.get(`${bridge.name} ${frame.dst}`);
  if (row === undefined) {
    return [...copy(t), ...flood(walk, where, frame, t)];
  }
  const decision = fdbDecision(kernel, row);
  if (row.flags.includes('permanent') && ingress) {
    return up(also(t, { ...decision, words: `${decision.words}: the bridge’s own, handed up` }));
  }
  const egress = kernel.link(row.dev);
  if (egress === undefined || row.dev === bridge.name) {
    const words = `${bridge.name} keeps frames for ${frame.dst} for itself`;
    return [dropped({ kernel, dev: bridge.name }, 'fdb', words, t.decisions, decision.rule)];
  }
  return [...copy(t), ...toPort(walk, where, egress, frame, also(t, decision))];
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
  const strange = beyondDevice(kernel, bridge, 'in');
  if (strange) return [unknown(kernel, strange.words, t.decisions, strange.rule)];
  const refused = bridgeHook(kernel, 'input', frame, { iif: ingress.name });
  if (refused) return stopped(kernel, bridge.name, refused, t);
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
  const kind = frame.dst === BROADCAST ? 'broadcast' : isGroup(frame.dst) ? 'multicast' : 'unicast';
  const local = where.ingress === undefined && kind !== 'unicast';
  const ports = portsOf(kernel, bridge).filter((p) => local || p.port?.floods[kind] !== false);
  const reached = ports.filter((p) => refusal(where, p) === undefined);
  if (reached.length === 0) {
    const words = `${bridge.name} has no FDB entry for ${frame.dst} and no port to flood it to`;
    return isGroup(frame.dst) && where.ingress
      ? []
      : [dropped({ kernel, dev: bridge.name }, 'fdb', words, t.decisions)];
  }
  const words =
    kind === 'unicast'
      ? `flood: ${bridge.name} has no FDB entry for ${frame.dst}`
      : `${kind}: ${bridge.name} floods it`;
  return reached.flatMap((p) => {
    const back =
      p.name === where.ingress?.name ? `${words}, back to where it came from too (hairpin on)` : words;
    return toPort(walk, where, p, frame, also(t, { kind: 'flood', words: back }));
  });
}

/** should_deliver(): why a port does not get a frame, if so. */
function refusal({ ingress }: Where, port: Link): string | undefined {
  const state = port.port?.state ?? 'forwarding';
  if (state !== 'forwarding') return `state ${state}`;
  if (port.name === ingress?.name && !port.port?.hairpin) return 'hairpin off';
  if (port.port?.isolated && ingress?.port?.isolated) return 'isolated on';
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
  const barred =
    bridgeHook(kernel, ingress ? 'forward' : 'output', frame, { iif: ingress?.name, oif: port.name }) ??
    bridgeHook(kernel, 'postrouting', frame, { oif: port.name });
  if (barred) return stopped(kernel, port.name, barred, t);
  if (frame.ip && ingress && callsIptables(kernel, bridge, frame.ip)) {
    return filterForward(walk, { kernel, bridge, ingress }, port, { ...frame, ip: frame.ip }, t);
  }
  // br_dev_queue_push_xmit(): a bridge cuts nothing.
  if (frame.ip && wireLength(frame.ip) > port.mtu + VLAN_TAG) {
    return [tooBig(kernel, port, wireLength(frame.ip), t)];
  }
  return walk.transmit(kernel, port, frame, t);
}

/** br_dev_xmit(): the host itself sends by the bridge. */
export function transmitFromBridge(
  walk: Walk,
  kernel: Kernel,
  bridge: Link,
  frame: Frame,
  t: Trail,
): Branch[] {
  if (bridge.bridge?.vlanFiltering) {
    return [unknown(kernel, `${bridge.name} filters VLANs, which is not modelled`, t.decisions)];
  }
  return decide(walk, { kernel, bridge }, frame, trail(t.depth, ...t.decisions), false);
}
