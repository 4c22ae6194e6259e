// Diagnosis: predicts what pods send each other, and names the row of kernel state behind whatever would not arrive.
import type { LabSnapshot } from '../observe/snapshot.ts';
import { type Exchange, predictExchange } from '../predict/exchange.ts';
import type { Flow } from '../predict/flow.ts';
import { hops } from '../predict/hop.ts';
import type { PredictState } from '../predict/predict.ts';
import { endWords } from '../predict/steps.ts';
import { culpritOf } from './culprit.ts';
import type { Cause, Finding, Look } from './finding.ts';
import { hostPortLooks } from './host-ports.ts';
import { duplicateAddresses, leakedLeases, missingLocalRoutes } from './lab-checks.ts';
import { ruleThatLeadsAway } from './policy.ts';
import { sentBeyond } from './sent-beyond.ts';
import { View } from './view.ts';

/** Pairs of pods that are looked at, at most: each is two predictions there and back. */
const MOST_PAIRS = 200;
/** IPv4 and ICMP headers of an echo request, bytes. */
const HEADERS = 28;

export interface Diagnosis {
  /** Those with the most flows first. */
  readonly findings: readonly Finding[];
  /** How many flows were looked at. */
  readonly flows: number;
  /** Flows of which it cannot be told what becomes of them, and why. */
  readonly undecided: readonly { readonly flow: string; readonly words: string }[];
}

/**
 * Pure. Looks at what each pod sends each other pod, there and back, with small packets and with the largest that its MTU
 * allows; and at what is sent to the ports of nodes that CNI has given to pods.
 * @param lab observed with `forwarding: true`
 * @param beyond what was observed that is neither node nor pod (`observeBeyond`)
 * @throws TypeError when `lab` lacks `forwarding`
 */
export function diagnose(lab: LabSnapshot, beyond: PredictState['hosts'] = {}): Diagnosis {
  const view = new View(lab);
  const state = { hosts: { ...lab.hosts, ...beyond } };
  const misheld = [...duplicateAddresses(view), ...missingLocalRoutes(view)];
  const doubtful = (...addresses: readonly string[]) =>
    addresses.flatMap((address) => misheld.filter((cause) => cause.address === address))[0];
  const between = pairs(lab).flatMap(([from, to]) => {
    const nodes = from.node === to.node ? [] : addressesOf(lab, from.node, to.node);
    const unsure = doubtful(from.address, to.address, ...nodes);
    const at = (more: Partial<Flow>) =>
      look(view, state, { from: from.name, to: to.address, ...more }, unsure);
    const small = at({});
    if (small.cause || small.undecided) return [small];
    const mtu = view.interface(from.name, 'eth0')?.mtu ?? 0;
    return [small, at({ size: mtu - HEADERS, df: 'do' })];
  });
  const looks = [...between, ...hostPortLooks(view, state, doubtful)];
  const unseen = [...misheld, ...leakedLeases(view)];
  return {
    findings: merged([...looks, ...unseen.map((cause) => ({ cause }))]),
    flows: looks.length,
    undecided: looks.flatMap(({ flow, undecided }) => (undecided ? [{ flow, words: undecided }] : [])),
  };
}

/** @param doubtful what is wrong with the address of the sender or the target, which then is the cause of all else */
function look(view: View, state: PredictState, asked: Flow, doubtful: Cause | undefined): Look {
  const exchange = predictExchange(state, asked);
  const { outcome, end } = exchange;
  const flow = nameOf(view, asked);
  if (outcome !== 'delivered' && doubtful) return { flow, cause: doubtful };
  const rewritten = rewriterOf(view, exchange);
  if (rewritten) return { flow, cause: rewritten };
  if (outcome === 'delivered') return { flow };
  // Where nobody looked it may arrive all the same; but between pods nothing has to go there.
  const away = outcome === 'dropped' || end.kind === 'left';
  const rule = away ? ruleThatLeadsAway(state, asked, exchange) : undefined;
  if (rule) return { flow, cause: rule };
  if (outcome === 'unknown') {
    const sent = sentBeyond(view, exchange.reply ?? exchange.request);
    return sent ? { flow, cause: sent } : { flow, undecided: endWords(end) };
  }
  return { flow, cause: culpritOf(view, exchange.reply ?? exchange.request) };
}

const addressesOf = ({ nodes }: LabSnapshot, ...names: readonly string[]) =>
  nodes.filter(({ name }) => names.includes(name)).map(({ address }) => address);

/** Between pods, nobody is to see another source than the pod's own (Kubernetes' network model). */
function rewriterOf(view: View, { request }: Exchange): Cause | undefined {
  const { branches, end, flow } = request;
  if (end.kind !== 'delivered' || view.has(flow.from, end.src)) return undefined;
  for (const { decisions, host } of hops(branches)) {
    const nat = decisions.find(({ kind }) => kind === 'nat');
    if (!nat) continue;
    const chain = /-A (\S+)/.exec(nat.rule?.line ?? '')?.[1] ?? 'nat';
    return {
      host: nat.rule?.host ?? host,
      table: 'netfilter',
      subject: chain,
      words: `${nat.words}${nat.rule ? `: ${nat.rule.line}` : ''}`,
    };
  }
  throw new Error('a packet has another source, and nothing on its way has changed it');
}

function nameOf(view: View, { from, to, size, df }: Flow): string {
  const details = [
    ...(size === undefined ? [] : [`${size + HEADERS} bytes`]),
    ...(df === 'do' ? ['DF'] : []),
  ];
  return `${from} → ${view.pod(to)?.name ?? to}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
}

function merged(looks: readonly Partial<Look>[]): readonly Finding[] {
  const findings = new Map<string, Finding>();
  for (const { cause, flow } of looks) {
    if (!cause) continue;
    const key = `${cause.host}\n${cause.subject}`;
    const { host, table, subject, words } = cause;
    const before = findings.get(key) ?? { host, table, subject, words, flows: [] };
    findings.set(key, { ...before, flows: [...before.flows, ...(flow === undefined ? [] : [flow])] });
  }
  return [...findings.values()].toSorted((a, b) => b.flows.length - a.flows.length);
}

/** Every ordered pair; of a large lab as many as allowed, spread evenly. */
function pairs({ pods }: LabSnapshot) {
  const all = pods.flatMap((from) => pods.flatMap((to) => (from === to ? [] : [[from, to] as const])));
  const step = Math.max(1, all.length / MOST_PAIRS);
  return Array.from({ length: Math.min(all.length, MOST_PAIRS) }, (_, i) => all[Math.floor(i * step)]).filter(
    (pair) => pair !== undefined,
  );
}
