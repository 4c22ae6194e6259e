// What of a network is not as it was applied: objects, files, the kernel's tables, and whether plugin calls are recorded.
import { isDeepStrictEqual } from 'node:util';
import { pickNetwork } from '../../../cni/config-dir.ts';
import { observeHost } from '../../../observe/observe-host.ts';
import type { Drift } from '../../backend.ts';
import { planDrift } from '../../netns/network/drift.ts';
import type { NodePlan } from '../../netns/network/node-plan.ts';
import { type KubeObject, objectTitle } from '../kube-object.ts';
import { clusterPlans } from './cluster-plan.ts';
import { isDaemonFile, strangeFiles } from './config-directory.ts';
import { daemonObjects, daemonSetOf } from './daemon-objects.ts';
import { firstDifference } from './difference.ts';
import { neededPlugins } from './needed-plugins.ts';
import type { NetworkTask } from './network-task.ts';
import { whatIsUnready } from './readiness.ts';
import { recordingDrift } from './record-calls.ts';
import { type StandingNode, standingNodes } from './standing-nodes.ts';
import { onUplink } from './uplink.ts';

export async function networkDrift(task: NetworkTask): Promise<readonly Drift[]> {
  const [standing, objects] = await Promise.all([standingNodes(task), daemonObjects(task)]);
  const plans = clusterPlans(task, standing);
  const perNode = standing.map((node, i) => nodeDrift(task, node, plans[i] as NodePlan));
  const drift = await Promise.all([objectDrift(task, objects, standing), ...perNode]);
  return drift.flat();
}

async function objectDrift(
  { kube, realNames }: NetworkTask,
  objects: readonly KubeObject[],
  standing: readonly StandingNode[],
): Promise<readonly Drift[]> {
  const daemonSet = daemonSetOf(objects);
  const namespace = daemonSet?.metadata.namespace;
  const [live, pods] = await Promise.all([
    Promise.all(objects.map((wanted) => kube.get(wanted))),
    namespace === undefined ? [] : kube.list({ apiVersion: 'v1', kind: 'Pod', namespace }),
  ]);
  const changed = objects.flatMap((wanted, i) => {
    const object = objectTitle(wanted);
    if (!live[i]) return [{ object, what: 'is missing' }];
    const path = firstDifference(wanted, live[i]);
    return path === undefined ? [] : [{ object, what: `was changed: ${path}` }];
  });
  if (changed.length > 0) return changed;
  const nodes = standing.map(({ object }) => object);
  const names = realNames.filter(({ lab }) => standing.some(({ node }) => node.name === lab));
  const { problems } = whatIsUnready(names, { nodes: true, daemonSet }, nodes, pods);
  return problems.map(({ node, what }) => ({ object: node, what }));
}

async function nodeDrift(
  { host: hostOf, nodeItself, exclusive, op }: NetworkTask,
  { node }: StandingNode,
  plan: NodePlan,
): Promise<readonly Drift[]> {
  const host = hostOf(node.name);
  const { direct } = neededPlugins(plan.files);
  const planned = [...plan.files, ...plan.lastFiles];
  const [seen, strange, unrecorded, ...contents] = await Promise.all([
    observeHost(host, 'node', { signal: op.signal, pickNetwork }),
    exclusive ? strangeFiles(host, plan, op) : [],
    exclusive ? recordingDrift({ host: nodeItself(node.name) }, direct, op) : [],
    ...planned.map(({ path }) => host.read(path)),
  ]);
  const files = Object.fromEntries(
    planned.flatMap(({ path, content }, i) => {
      const text = contents[i]?.toString();
      if (text === undefined) return [];
      return [[path, isDaemonFile(path) && isSameJson(text, content) ? content : text]];
    }),
  );
  const uplink = seen.addresses.find(({ address }) => address === node.address)?.dev ?? 'eth0';
  const whats = [
    ...planDrift(onUplink(plan, uplink), seen, files),
    ...strange.map((path) => `file ${path} is not of the lab`),
    ...unrecorded,
  ];
  return whats.map((what) => ({ object: node.name, what }));
}

/** A daemon writes its JSON in its own way. */
function isSameJson(a: string, b: string): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(a), JSON.parse(b));
  } catch {
    return false;
  }
}
