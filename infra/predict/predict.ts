// Prediction: from observed kernel state and a flow to the tree of hops that its packet takes. Pure: nothing is sent.
import { familyOf } from '../lab/cidr.ts';
import type { LabSnapshot } from '../observe/snapshot.ts';
import { DEFAULT_PORT, type Flow, packetLength } from './flow.ts';
import { type Branch, type End, ends } from './hop.ts';
import { send } from './ip-output.ts';
import { send6 } from './ip6-output.ts';
import { isMulticast, isZeronet, LIMITED_BROADCAST } from './ipv4.ts';
import { isLinkLocal6, isMulticast6, isUnspecified6 } from './ipv6.ts';
import type { Kernel } from './kernel.ts';
import { LabState, trail, type Walk } from './lab.ts';
import { unknown } from './make-hop.ts';
import type { Packet } from './packet.ts';
import { sourceOf, type Unsent } from './socket.ts';
import { sourceOf6 } from './socket6.ts';
import { createWalk } from './walk.ts';

/** What the model is told: observed kernel state, and nothing of how the lab was wired. */
export type PredictState = Pick<LabSnapshot, 'hosts'>;

export type Outcome = 'delivered' | 'dropped' | 'unknown';

export interface Prediction {
  readonly flow: Flow;
  /** What the packet's way looks like; the first branches are the sender's own interface, or an end before it. */
  readonly branches: readonly Branch[];
  readonly outcome: Outcome;
  /** The end that decided the outcome. */
  readonly end: End;
}

/**
 * @param state observed with `forwarding: true`
 * @throws TypeError when the flow names a host that was not observed or no address, or the state lacks `forwarding`
 */
export function predict(state: PredictState, flow: Flow): Prediction {
  return originate(createWalk(new LabState(state)), flow);
}

/** Sends the flow's packet on a walk, whose lab keeps what the packet leaves behind (neighbours, FDB, connections). */
export function originate(walk: Walk, flow: Flow): Prediction {
  const kernel = walk.lab.kernels.get(flow.from);
  if (kernel === undefined) {
    throw new TypeError(
      `"${flow.from}" was not observed; there are ${[...walk.lab.kernels.keys()].join(', ')}`,
    );
  }
  const family = familyOf(flow.to);
  if (family === 6) return originate6(walk, kernel, flow);
  if (family === undefined) throw new TypeError(`"${flow.to}" is not an IPv4 or IPv6 address`);
  if (isMulticast(flow.to) || isZeronet(flow.to) || flow.to === LIMITED_BROADCAST) {
    return outcomeOf(flow, [
      unknown(kernel, `${flow.to} is not a unicast address, and only those are modelled`, []),
    ]);
  }
  const { df = 'want' } = flow;
  const bare = unsent(flow, kernel.sysctl('net.ipv4.ip_default_ttl', 64));
  const source = sourceOf(kernel, bare);
  if ('end' in source) return outcomeOf(flow, [source.end]);
  const { src, routing } = source;
  const link = routing.route.type === 'local' ? undefined : kernel.link(routing.nexthop.dev ?? '');
  const mtu = routing.route.mtu ?? link?.mtu ?? Number.POSITIVE_INFINITY;
  const packet: Packet = { ...bare, src, df: df === 'do' || (df === 'want' && bare.length <= mtu) };
  const decision = { kind: 'source' as const, words: `source address ${src}` };
  return outcomeOf(flow, send(walk, kernel, packet, trail(0, decision), routing));
}

function unsent(flow: Flow, ttl: number): Unsent {
  const { to, proto = 'icmp', port = DEFAULT_PORT, sourcePort = 40_000 } = flow;
  return {
    dst: to,
    proto,
    sport: proto === 'icmp' ? 1 : sourcePort,
    dport: proto === 'icmp' ? 1 : port,
    ...(proto === 'icmp' && { icmp: 'echo-request' as const }),
    ttl,
    length: packetLength(flow),
    df: false,
    mark: 0,
  };
}

/** IPv6: no router may cut it, so only the sender's own wish counts. */
function originate6(walk: Walk, kernel: Kernel, flow: Flow): Prediction {
  if (isMulticast6(flow.to) || isUnspecified6(flow.to) || isLinkLocal6(flow.to)) {
    const words = `${flow.to} means another receiver on every link, and only addresses of one receiver are modelled`;
    return outcomeOf(flow, [unknown(kernel, words, [])]);
  }
  const bare = unsent(flow, 0);
  const source = sourceOf6(kernel, bare);
  if ('end' in source) return outcomeOf(flow, [source.end]);
  const { src, routing } = source;
  const packet: Packet = {
    ...bare,
    src,
    ttl: kernel.hopLimit(routing.nexthop.dev ?? 'all'),
    df: flow.df === 'do',
  };
  const decision = { kind: 'source' as const, words: `source address ${src}` };
  return outcomeOf(flow, send6(walk, kernel, packet, trail(0, decision), routing));
}

/** Delivered if any copy is; unknown if something on the way of none of them can be told; else dropped. */
export function outcomeOf(flow: Flow, branches: readonly Branch[]): Prediction {
  const all = ends(branches);
  const delivered = all.find((end) => end.kind === 'delivered');
  const open = all.find((end) => end.kind === 'unknown' || end.kind === 'left');
  // Copies of a flood that come to others are no reason.
  const reasons = all.filter((end) => end.kind === 'dropped');
  const reason = reasons.find((end) => end.reason !== 'other-host') ?? reasons[0];
  const end = delivered ?? open ?? reason;
  if (end === undefined) throw new Error(`the walk from ${flow.from} to ${flow.to} has no end`);
  const outcome = end.kind === 'left' ? 'unknown' : end.kind;
  return { flow, branches, outcome, end };
}
