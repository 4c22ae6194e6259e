// A workload on a Kubernetes cluster: its objects, unless Pulumi makes them, and its pods as they come to run.
import { isDeepStrictEqual } from 'node:util';
import type { V1Pod } from '@kubernetes/client-node';
import type { LabPod } from '../../lab/lab.ts';
import type { Drift, Operation, PodStatus } from '../backend.ts';
import type { KubernetesConnection } from './connection.ts';
import type { KubeObject } from './kube-object.ts';
import { lostObjects } from './lost-objects.ts';
import { workloadSelector } from './object-labels.ts';
import { POD_IMAGE } from './pod-image.ts';
import { namePods } from './pod-names.ts';
import { compareWiring, readWiring, type Wiring } from './pod-wiring.ts';
import { quietPods } from './quiet-pods.ts';
import { selectorOf, selectorText } from './selected-pods.ts';
import { waitForPods } from './wait-for-pods.ts';
import { waitForSelected } from './wait-for-selected.ts';
import { namespaceObject, workloadObjects } from './workload-objects.ts';

/**
 * Makes exactly `pods` run. Pods that have drifted are deleted first, so that whatever manages them makes them anew. Pods
 * that are selected are only looked for.
 * @throws Error with what the cluster says of the pods that do not come to run
 */
export async function applyWorkload(
  connection: KubernetesConnection,
  workload: string,
  pods: readonly LabPod[],
  op: Operation,
): Promise<readonly PodStatus[]> {
  const { files } = connection;
  const before = files.workloads()[workload];
  const isOurs = selectorOf(pods) === undefined;
  const drifted =
    before && isOurs && !selectorOf(before) ? await workloadDrift(connection, workload, before, op) : [];
  files.writeWorkload(workload, pods);
  if (drifted.length > 0)
    await replacePods(connection, workload, new Set(drifted.map(({ object }) => object)), op.signal);
  if (connection.makesObjects) await makeObjects(connection, workload, pods, before, op);
  else if (isOurs) await makeLostObjects(connection, workload, pods);
  await (isOurs ? waitForPods : waitForSelected)(connection, workload, pods, op);
  const statuses = await standing(connection, workload, op.signal);
  if (isOurs && silencesIPv6(connection))
    await onEachNode(statuses, (node, pods) => quietPods(connection.node(node), pods, op.signal));
  files.writeWiring(workload, Object.fromEntries(await wirings(connection, statuses, op.signal)));
  return statuses;
}

/** Ours: what is not wanted any more goes, and a bare pod that is to be another, since a pod cannot be changed. */
async function makeObjects(
  connection: KubernetesConnection,
  workload: string,
  pods: readonly LabPod[],
  before: readonly LabPod[] | undefined,
  op: Operation,
): Promise<void> {
  const { kube } = connection;
  const { namespace, wanted } = objectsOf(connection, workload, pods);
  const old = before ? objectsOf(connection, workload, before).wanted : [];
  const kept = new Map(wanted.map((object) => [titleOf(object), object]));
  const stale = old.filter((object) => {
    const now = kept.get(titleOf(object));
    return now === undefined || (object.kind === 'Pod' && !isDeepStrictEqual(now, object));
  });
  await kube.delete(stale, op);
  if (wanted.length > 0) await kube.apply([namespace, ...wanted], op);
}

/** Pulumi's: its plugin does not see without a refresh that they are gone, and nothing else makes a bare pod anew. */
async function makeLostObjects(
  connection: KubernetesConnection,
  workload: string,
  pods: readonly LabPod[],
): Promise<void> {
  const { namespace, wanted } = objectsOf(connection, workload, pods);
  await connection.kube.apply(await lostObjects(connection.kube, [namespace, ...wanted]));
}

/** In the order of the lab. */
async function standing(
  connection: KubernetesConnection,
  workload: string,
  signal: AbortSignal,
): Promise<readonly PodStatus[]> {
  const names = (connection.files.workloads()[workload] ?? []).map(({ name }) => name);
  const found = await connection.pods(signal);
  const all = new Map(found.map((status) => [status.name, status]));
  const standing = names.map((name) => all.get(name)).filter((status) => status !== undefined);
  for (const { name, containerId } of standing) {
    const other = found.find((one) => one.containerId === containerId && one.name !== name);
    if (other)
      throw new Error(
        `${name} and ${other.name} are the same pod: the selectors of their workloads match it both\nlet each pod of the cluster be named once`,
      );
  }
  return standing;
}

export async function workloadDrift(
  connection: KubernetesConnection,
  workload: string,
  pods: readonly LabPod[],
  { signal }: Operation,
): Promise<readonly Drift[]> {
  const statuses = await standing(connection, workload, signal);
  const there = new Set(statuses.map(({ name }) => name));
  const missing = pods.filter(({ name }) => !there.has(name));
  const before = connection.files.wiring(workload);
  const now = await wirings(connection, statuses, signal);
  return [
    ...missing.map(({ name }) => ({ object: name, what: 'does not run' })),
    ...statuses.flatMap(({ name }) => {
      // Of a pod whose making was cut short nothing is on record.
      const then = before[name];
      const whats = then ? compareWiring(then, now.get(name) ?? []) : [];
      return whats.map((what) => ({ object: name, what }));
    }),
  ];
}

/** One question to the API: pods that are not those that were made, or do not run. */
export async function deadPods(
  connection: KubernetesConnection,
  pods: readonly PodStatus[],
): Promise<readonly string[]> {
  if (pods.length === 0) return [];
  const live = await livePods(connection, pods);
  const running = new Set(
    live.flatMap((pod) =>
      (pod.status?.containerStatuses ?? []).flatMap(({ state, containerID = '' }) =>
        state?.running ? [containerID.replace(/^[a-z-]+:\/\//, '')] : [],
      ),
    ),
  );
  return pods
    .filter(({ containers }) => containers.some(({ id }) => !running.has(id)))
    .map(({ name }) => name);
}

/** All that may be these pods, which are of one workload. */
function livePods(connection: KubernetesConnection, pods: readonly PodStatus[]): Promise<readonly V1Pod[]> {
  const wanted = Object.values(connection.files.workloads()).flat();
  const selector = wanted.find(({ name }) => name === pods[0]?.name)?.selector;
  if (selector) return connection.kube.pods(selector.namespace, selectorText(selector));
  return connection.kube.pods(connection.namespace);
}

/** The namespace goes with the cluster. Resolves when nothing of it is left. */
export async function deleteWorkload(
  connection: KubernetesConnection,
  workload: string,
  op: Operation,
): Promise<void> {
  const { files, kube } = connection;
  const pods = files.workloads()[workload] ?? [];
  if (connection.makesObjects) await kube.delete(objectsOf(connection, workload, pods).wanted, op);
  files.writeWorkload(workload, undefined);
  files.writeWiring(workload, undefined);
}

function objectsOf(
  connection: KubernetesConnection,
  workload: string,
  pods: readonly LabPod[],
): { readonly namespace: KubeObject; readonly wanted: readonly KubeObject[] } {
  const lab = connection.files.spec()?.lab ?? '';
  const settings = {
    lab,
    namespace: connection.namespace,
    podImage: connection.settings.podImage ?? POD_IMAGE,
    realNode: (node: string) => connection.realNode(node),
  };
  // A pod by itself has its workload's name; replicas have a number behind it.
  const one = pods.length === 1 && pods[0]?.name === workload;
  const kind = selectorOf(pods) ? 'selected' : one ? 'pod' : 'deployment';
  return {
    namespace: namespaceObject(settings),
    wanted: workloadObjects({ name: workload, kind, pods }, settings),
  };
}

/** Deletes the live ones of these lab pods, and waits until they are gone: a new one of the same name cannot come before. */
async function replacePods(
  connection: KubernetesConnection,
  workload: string,
  names: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const { kube, files } = connection;
  const live = await selected(connection, workload);
  const named = namePods(workload, files.workloads()[workload] ?? [], live).live;
  const doomed = [...named].flatMap(([name, pod]) => (names.has(name) ? [pod] : []));
  await kube.remove(doomed.map(({ metadata }) => podRef(connection.namespace, metadata?.name ?? '')));
  const uids = new Set(doomed.map(({ metadata }) => metadata?.uid));
  const gone = (pods: readonly V1Pod[]) => !pods.some(({ metadata }) => uids.has(metadata?.uid));
  await kube.untilPods(connection.namespace, undefined, gone, signal);
}

function selected(connection: KubernetesConnection, workload: string): Promise<readonly V1Pod[]> {
  const lab = connection.files.spec()?.lab ?? '';
  return connection.kube.pods(connection.namespace, workloadSelector(lab, workload));
}

async function wirings(
  connection: KubernetesConnection,
  statuses: readonly PodStatus[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Wiring>> {
  const read = await onEachNode(statuses, (node, pods) => readWiring(connection.node(node), pods, signal));
  return new Map(read.flatMap((found) => [...found]));
}

/** At the same time on all. */
function onEachNode<T>(
  statuses: readonly PodStatus[],
  work: (node: string, pods: readonly PodStatus[]) => Promise<T>,
): Promise<readonly T[]> {
  const byNode = Map.groupBy(statuses, ({ node }) => node);
  return Promise.all([...byNode].map(([node, pods]) => work(node, pods)));
}

/** In clusters of ours, unless the lab has IPv6 or the user wants it. */
function silencesIPv6({ tool, settings, files }: KubernetesConnection): boolean {
  const dual = files.spec()?.network?.podCIDR6 !== undefined;
  return tool.ownsCluster && !dual && settings.podIPv6 !== 'keep';
}

function podRef(namespace: string, name: string) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } };
}

function titleOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata?.name}`;
}
