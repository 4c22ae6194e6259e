// Ports of nodes that CNI has given to pods: whether what is sent there comes to the pod, and if not, why.
import type { NetfilterRow, PortMappingRow } from '../observe/snapshot.ts';
import { predictExchange } from '../predict/exchange.ts';
import type { Prediction, PredictState } from '../predict/predict.ts';
import { endWords } from '../predict/steps.ts';
import { culpritOf } from './culprit.ts';
import type { Cause, Look } from './finding.ts';
import { trailTo, type View } from './view.ts';

interface HostPort extends Pick<PortMappingRow, 'hostPort' | 'containerPort' | 'protocol'> {
  readonly node: string;
  /** Of the node. */
  readonly address: string;
  readonly pod: string;
  /** Of the pod. */
  readonly target: string;
}

/** Node or pod. */
interface Asker {
  readonly name: string;
  readonly address: string;
}

/**
 * One packet to each such port from each node and from one pod of each node.
 * @param doubtful why nothing that is wrong between two pods' addresses says anything of its own
 */
export function hostPortLooks(
  view: View,
  state: PredictState,
  doubtful: (...addresses: readonly string[]) => Cause | undefined,
): readonly Look[] {
  return hostPorts(view).flatMap((port) =>
    askers(view, port).map(({ name, address }) => {
      const flow = `${name} → ${port.node}:${port.hostPort}/${port.protocol}`;
      const wrong = wrongWith(view, state, { name, address }, port);
      const unsure = wrong && doubtful(address, port.target);
      if (unsure) return { flow, cause: unsure };
      return typeof wrong === 'string'
        ? { flow, undecided: wrong }
        : { flow, ...(wrong && { cause: wrong }) };
    }),
  );
}

function hostPorts({ lab }: View): readonly HostPort[] {
  return lab.nodes.flatMap(({ name: node, address: own }) =>
    (lab.hosts[node]?.portMappings ?? []).flatMap(({ containerId, hostIP, ...ports }) => {
      const attached = lab.attachments.find((one) => one.containerId === containerId && one.node === node);
      if (!attached) return [];
      return [{ ...ports, node, address: hostIP ?? own, pod: attached.pod, target: attached.address }];
    }),
  );
}

function askers({ lab }: View, { pod }: HostPort): readonly Asker[] {
  const pods = lab.nodes.flatMap(
    ({ name }) => lab.pods.find((one) => one.node === name && one.name !== pod) ?? [],
  );
  return [...lab.nodes, ...pods];
}

/** @returns text where it cannot be told */
function wrongWith(
  view: View,
  state: PredictState,
  { name: from, address: own }: Asker,
  port: HostPort,
): Cause | string | undefined {
  const { address, pod, target, protocol, hostPort } = port;
  const asked = { from, to: address, proto: protocol, port: hostPort };
  const { request, reply, outcome, end } = predictExchange(state, asked);
  if (request.end.kind === 'delivered' && request.end.host !== pod) return untranslated(view, port);
  if (outcome === 'unknown') return endWords(end);
  if (outcome === 'delivered') return undefined;
  return culpritOf(view, reply ? aimedAt(view, reply, own) : aimedAt(view, request, target));
}

/** What has come to the node that it is addressed to is translated there, and on its way to somebody else. */
function aimedAt(view: View, prediction: Prediction, target: string): Prediction {
  const { branches, end, flow } = prediction;
  const translator = view.nodeOf(flow.to)?.name;
  const arrived = trailTo(branches, end).some(({ host }) => host === translator);
  return arrived ? { ...prediction, flow: { ...flow, to: target } } : prediction;
}

function untranslated(view: View, { node, pod, target, protocol, hostPort, containerPort }: HostPort): Cause {
  const rule = view.state(node)?.netfilter.find((row) => leadsTo(row, target, containerPort));
  const given = `CNI has given ${protocol} port ${hostPort} of ${node} to pod ${pod}`;
  return {
    host: node,
    table: 'netfilter',
    subject: `${protocol} port ${hostPort}`,
    words: rule
      ? `${given}, and no packet comes to the rule that leads there: ${rule.rule}`
      : `${given}, and no rule leads from there to ${target}:${containerPort}`,
  };
}

/** As the portmap plugin writes it, with iptables or with nftables. */
function leadsTo({ rule }: NetfilterRow, address: string, port: number): boolean {
  return new RegExp(`(--to-destination|dnat (ip )?to) ${address.replaceAll('.', '\\.')}:${port}( |$)`).test(
    rule,
  );
}
