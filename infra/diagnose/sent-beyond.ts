// A packet for a pod that leaves the lab, to a gateway that is there and that nobody looks into: which row sent it away.
import { inPrefix } from '../predict/ipv4.ts';
import type { Prediction } from '../predict/predict.ts';
import { whoSentItAstray } from './astray.ts';
import { culpritOf } from './culprit.ts';
import type { Cause } from './finding.ts';
import { trailTo, type View } from './view.ts';

/**
 * Machines beyond may know where pods are, as a cloud's routers do. So what leaves is a fault only where it had come to the
 * pod's own node already, or where nodes of this lab find each other's pods, or each other's VTEPs, by themselves.
 * @returns undefined where it may arrive all the same
 */
export function sentBeyond(view: View, prediction: Prediction): Cause | undefined {
  const { flow, branches, end } = prediction;
  if (end.kind !== 'left') return undefined;
  const trail = trailTo(branches, end);
  const at = trail.findLast(({ host }) => view.isNode(host))?.host;
  const home = view.nodeOf(flow.to)?.name;
  if (at === undefined || home === undefined) return undefined;
  if (at === home) return culpritOf(view, prediction);
  const cause = whoSentItAstray(view, trail, end.decisions, flow.to);
  if (cause?.table === 'routes') return nodesRoutePods(view) ? cause : undefined;
  return cause && nodesTunnel(view) ? cause : undefined;
}

/** Some node has a route to a pod of another one by an address which that one has. */
function nodesRoutePods(view: View): boolean {
  const { nodes, pods } = view.lab;
  return nodes.some(({ name }) =>
    view
      .state(name)
      ?.routes.some(
        ({ dst, via, family }) =>
          family !== 'inet6' &&
          via !== undefined &&
          dst !== 'default' &&
          pods.some(({ node, address }) => node !== name && inPrefix(address, dst) && view.has(node, via)),
      ),
  );
}

/** Some node's forwarding entry names an address that another node has. */
function nodesTunnel(view: View): boolean {
  const { nodes } = view.lab;
  return nodes.some(({ name }) =>
    view
      .state(name)
      ?.fdb.some(
        ({ dst }) => dst !== undefined && nodes.some((one) => one.name !== name && view.has(one.name, dst)),
      ),
  );
}
