// A request and its answer: the answer is predicted on the lab as the request has left it.

import { DEFAULT_PORT, type Flow } from './flow.ts';
import { type Branch, type End, ends } from './hop.ts';
import { LabState, type Solicitation, trail, type Walk } from './lab.ts';
import { dropped, unknown } from './make-hop.ts';
import { isIpv6, type Packet } from './packet.ts';
import { type Outcome, originate, outcomeOf, type Prediction, type PredictState } from './predict.ts';
import { createWalk } from './walk.ts';

export interface Exchange {
  readonly request: Prediction;
  /** Absent when the request is not delivered. */
  readonly reply?: Prediction;
  /** Whether the answer comes back. */
  readonly outcome: Outcome;
  /** The end that decided the outcome. */
  readonly end: End;
}

/** An exchange, and the ARP requests that hosts on its way sent for it. */
export interface SeriesExchange extends Exchange {
  readonly solicitations: readonly Solicitation[];
}

/** @throws TypeError as `predict` does */
export function predictExchange(state: PredictState, flow: Flow): Exchange {
  return exchangeOn(createWalk(new LabState(state)), flow, { request: false, reply: false });
}

/**
 * Whose packets were refused as too big by a router, which says so (RFC 792, RFC 4443), or by the other end of the sender's own
 * veth. The sender then sends smaller ones, cuts them, sends the same again, or none at all; whether he is told, and what he
 * remembers, is in no table.
 */
interface Told {
  request: boolean;
  reply: boolean;
}
const TOLD = 'the packet before was refused as too big, and what its sender makes of that is in no table';

/** A series is steady when an exchange has learnt nothing that the one before had not: usually the second one. */
const UNSTEADY = 4;

/**
 * One packet after the other, each on the lab as those before have left it: the first one's hosts ask by ARP, the
 * next one's know. What time does to the tables between two packets is not modelled.
 * @param count packets that are sent
 * @throws TypeError as `predict` does
 */
export function predictSeries(state: PredictState, flow: Flow, count: number): readonly SeriesExchange[] {
  const walk = createWalk(new LabState(state));
  const series: SeriesExchange[] = [];
  const told: Told = { request: false, reply: false };
  // What an exchange that cannot be told has left behind cannot be told either: those after it are as unknown.
  while (series.length < Math.min(count, UNSTEADY) && series.at(-1)?.outcome !== 'unknown') {
    const before = walk.lab.solicitations.length;
    const exchange = exchangeOn(walk, flow, told);
    series.push({ ...exchange, solicitations: walk.lab.solicitations.slice(before) });
  }
  const last = series.at(-1);
  return last === undefined ? [] : Array.from({ length: count }, (_, index) => series[index] ?? last);
}

function exchangeOn(walk: Walk, flow: Flow, told: Told): Exchange {
  const { lab } = walk;
  const sender = lab.kernels.get(flow.from);
  const before = lab.refused;
  const request =
    told.request && sender ? outcomeOf(flow, [unknown(sender, TOLD, [])]) : originate(walk, flow);
  told.request ||= lab.refused > before;
  const { end } = request;
  if (end.kind !== 'delivered') return { request, outcome: request.outcome, end };
  const kernel = lab.kernels.get(end.host);
  if (kernel === undefined) return { request, outcome: 'unknown', end };
  const back: Flow = { ...flow, from: end.host, to: end.src };
  const ipv6 = isIpv6(end.packet);
  const ignores = ipv6 ? 'net.ipv6.icmp.echo_ignore_all' : 'net.ipv4.icmp_echo_ignore_all';
  const ttl = ipv6 ? kernel.hopLimit(end.interface) : kernel.sysctl('net.ipv4.ip_default_ttl', 64);
  const beforeReply = lab.refused;
  const branches: Branch[] = told.reply
    ? [unknown(kernel, TOLD, [])]
    : end.packet.icmp && kernel.sysctl(ignores) > 0
      ? [
          dropped({ kernel }, 'filter', `${kernel.name} ignores echo requests`, [], {
            table: 'sysctls',
            host: kernel.name,
            line: `${ignores} = 1`,
          }),
        ]
      : walk.send(kernel, answerTo(end.packet, ttl), trail(0));
  told.reply ||= lab.refused > beforeReply;
  const reply = outcomeOf(back, branches);
  const home = ends(branches).find(
    (e) => e.kind === 'delivered' && e.host === flow.from && e.src === flow.to && fromPort(e.packet, flow),
  );
  if (reply.outcome !== 'delivered' || home) {
    return { request, reply, outcome: reply.outcome, end: reply.end };
  }
  // It was delivered, but to somebody who did not ask, or under an address that nobody asked.
  return { request, reply, outcome: 'dropped', end: reply.end };
}

/** A socket that asked one port takes no answer from another. */
const fromPort = ({ proto, sport }: Packet, { port = DEFAULT_PORT }: Flow): boolean =>
  proto === 'icmp' || sport === port;

/** icmp_reply() answers from the address that was asked, without DF; UDP and TCP are taken to do the same. */
function answerTo({ src, dst, proto, sport, dport, icmp, length }: Packet, ttl: number): Packet {
  const turned = proto === 'icmp' ? { sport, dport } : { sport: dport, dport: sport };
  return {
    src: dst,
    dst: src,
    proto,
    ...turned,
    ...(icmp && { icmp: 'echo-reply' }),
    ttl,
    length,
    df: false,
    mark: 0,
  };
}
