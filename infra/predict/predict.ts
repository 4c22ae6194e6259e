// Prediction: from observed kernel state and a flow to the tree of hops that its packet takes. Pure: nothing is sent.
import { isAddress } from '../lab/cidr.ts';
import type { LabSnapshot } from '../observe/snapshot.ts';
import { DEFAULT_PORT, type Flow, packetLength } from './flow.ts';
import { type Branch, type End, ends } from './hop.ts';
import { send } from './ip-output.ts';
import { isMulticast, isZeronet, LIMITED_BROADCAST } from './ipv4.ts';
import { LabState, trail, type Walk } from './lab.ts';
import { unknown } from './make-hop.ts';
import type { Packet } from './packet.ts';
import { sourceOf, type Unsent } from './socket.ts';
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
 * @throws TypeError when the flow names a host that was not observed or no IPv4 address, or the state lacks `forwarding`
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
  if (!isAddress(flow.to)) throw new TypeError(`"${flow.to}" is not an IPv4 address`);
  if (isMulticast(flow.to) || isZeronet(flow.to) || flow.to === LIMITED_BROADCAST) {
    return outcomeOf(flow, [
      unknown(kernel, `${flow.to} is not a unicast address, and only those are modelled`, []),
    ]);
  }
  const { proto = 'icmp', port = DEFAULT_PORT, sourcePort = 40_000, df = 'want' } = flow;
  const bare: Unsent = {
    dst: flow.to,
    proto,
    sport: proto === 'icmp' ? 1 : sourcePort,
    dport: proto === 'icmp' ? 1 : port,
    ...(proto === 'icmp' && { icmp: 'echo-request' as const }),
    ttl: kernel.sysctl('net.ipv4.ip_default_ttl', 64),
    length: packetLength(flow),
    df: false,
    mark: 0,
  };
  const source = sourceOf(kernel, bare);
  if ('end' in source) return outcomeOf(flow, [source.end]);
  const { src, routing } = source;
  const link = routing.route.type === 'local' ? undefined : kernel.link(routing.nexthop.dev ?? '');
  const mtu = routing.route.mtu ?? link?.mtu ?? Number.POSITIVE_INFINITY;
  const packet: Packet = { ...bare, src, df: df === 'do' || (df === 'want' && bare.length <= mtu) };
  const decision = { kind: 'source' as const, words: `source address ${src}` };
  return outcomeOf(flow, send(walk, kernel, packet, trail(0, decision), routing));
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
