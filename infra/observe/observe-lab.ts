// Reads a whole lab: every node and pod at the same time, then what only shows when they are put side by side.
import type { Cluster, PodStatus } from '../backends/backend.ts';
import type { CniCall } from '../cni/call.ts';
import type { Lab } from '../lab/lab.ts';
import { machines, outsideMachines } from '../lab/machines.ts';
import { attachments } from './attachments.ts';
import { containerNetns } from './container-netns.ts';
import { type ObserveLabOptions, type ObserveOptions, observeHost } from './observe-host.ts';
import type { HostSnapshot, LabSnapshot } from './snapshot.ts';
import { correlateVeths } from './veths.ts';

/**
 * @throws ObserveError naming the node or pod and the tool that did not answer as expected
 * @throws HostError when a node or pod cannot be entered
 */
export async function observeLab(
  cluster: Cluster,
  lab: Lab,
  options: ObserveLabOptions = {},
): Promise<LabSnapshot> {
  const [pods, calls, standing] = await Promise.all([cluster.pods(), cluster.cniCalls(), cluster.nodes()]);
  const entered = pods.filter(({ name }) => options.pods?.(name) ?? true);
  const [nodes, outside, podSnapshots, netns] = await Promise.all([
    snapshots(cluster, lab.nodes, 'node', options),
    outsideSnapshots(cluster, lab, options),
    podSnapshotsOf(cluster, entered, options),
    allNetns(cluster, lab, pods, options.signal),
  ]);
  const attached = pods.filter(({ hostNetwork }) => !hostNetwork);
  const netnsOf = (pod: PodStatus) => netns.get(`${pod.node} ${pod.pid}`) ?? '';
  const machineSnapshots = new Map([...nodes, ...outside]);
  return {
    nodes: machines(lab).map((planned) => {
      const { name, role } = planned;
      // A cluster that was there before has given its nodes other addresses than the lab's file.
      const { address, podCIDR, address6, podCIDR6 } = standing.find((node) => node.name === name) ?? planned;
      const said = {
        name,
        role,
        address,
        podCIDR,
        ...(address6 && { address6 }),
        ...(podCIDR6 && { podCIDR6 }),
      };
      return { ...said, inKernel: hasAddresses(machineSnapshots.get(name), [address, address6]) };
    }),
    pods: pods.map((pod) => ({
      name: pod.name,
      node: pod.node,
      address: pod.address,
      ...(pod.address6 && { address6: pod.address6 }),
      mac: pod.mac,
      hostVeth: pod.hostVeth,
      netns: netnsOf(pod),
      pid: pod.pid,
    })),
    containers: pods.flatMap((pod) =>
      pod.containers.map(({ name, id, pid }) => ({
        pod: pod.name,
        node: pod.node,
        name,
        id,
        pid,
        netns: netns.get(`${pod.node} ${pid}`) ?? '',
      })),
    ),
    veths: correlateVeths({
      nodes: [...nodes].map(([name, snapshot]) => ({ name, snapshot })),
      pods: attached.flatMap((pod) => {
        const snapshot = podSnapshots.get(pod.name);
        return snapshot ? [{ name: pod.name, node: pod.node, netns: netnsOf(pod), snapshot }] : [];
      }),
    }),
    attachments: attachments(attached, nodes, podSnapshots, calls),
    cniCalls: callRows(calls, pods),
    hosts: Object.fromEntries([...machineSnapshots, ...podSnapshots]),
  };
}

function hasAddresses(host: HostSnapshot | undefined, wanted: readonly (string | undefined)[]): boolean {
  const there = new Set(host?.addresses.map(({ address }) => address));
  return wanted.every((address) => address === undefined || there.has(address));
}

/** By name. @throws as `observeLab` does */
export function podSnapshotsOf(
  cluster: Cluster,
  pods: readonly { readonly name: string }[],
  options: ObserveOptions = {},
): Promise<ReadonlyMap<string, HostSnapshot>> {
  return snapshots(cluster, pods, 'pod', options);
}

async function snapshots(
  cluster: Cluster,
  members: readonly { readonly name: string }[],
  role: 'node' | 'pod',
  options: ObserveOptions,
): Promise<ReadonlyMap<string, HostSnapshot>> {
  const read = async ({ name }: { readonly name: string }) =>
    [name, await observeHost(cluster.host(name), role, options)] as const;
  return new Map(await Promise.all(members.map(read)));
}

/** The cable between the router and the host behind it is no uplink of a node, whatever its ends are called. */
async function outsideSnapshots(cluster: Cluster, lab: Lab, options: ObserveOptions) {
  const read = outsideMachines(lab).map(async ({ name, role }) => {
    const snapshot = await observeHost(cluster.host(name), 'node', options);
    const dev = role === 'router' ? 'eth1' : 'eth0';
    const interfaces = snapshot.interfaces.map((row) =>
      row.name === dev ? { ...row, creator: 'outside' } : row,
    );
    return [name, { ...snapshot, interfaces }] as const;
  });
  return Promise.all(read);
}

/** Keyed by node and PID: on real clusters every node numbers its own processes. */
async function allNetns(
  cluster: Cluster,
  lab: Lab,
  pods: readonly PodStatus[],
  signal: AbortSignal | undefined,
) {
  const perNode = lab.nodes.map(async ({ name }) => {
    const here = pods.filter((pod) => pod.node === name);
    const pids = here.flatMap((pod) => [pod.pid, ...pod.containers.map((c) => c.pid)]);
    const found = await containerNetns(cluster.host(name), pids, signal);
    return [...found].map(([pid, netns]) => [`${name} ${pid}`, netns] as const);
  });
  return new Map((await Promise.all(perNode)).flat());
}

/** `order` counts within one attachment: pods are wired side by side, so an order across them would mean nothing. */
function callRows(calls: readonly CniCall[], pods: readonly PodStatus[]): LabSnapshot['cniCalls'] {
  const podOf = new Map(pods.map((pod) => [pod.containerId, pod.name]));
  const counts = new Map<string, number>();
  return calls.map((call) => {
    const order = counts.get(call.containerId) ?? 0;
    counts.set(call.containerId, order + 1);
    return {
      command: call.command,
      node: call.node,
      pod: podOf.get(call.containerId) ?? '',
      plugin: call.plugin,
      order,
      exitCode: call.exitCode,
      durationMs: Number(call.durationNs) / 1e6,
      ...capabilityArgs(call),
    };
  });
}

/** `runtimeConfig` of the configuration that the plugin was given (CNI spec 1.1, section 3, capabilities). */
function capabilityArgs({ stdin }: CniCall): { readonly runtimeConfig?: unknown } {
  if (!stdin.includes('"runtimeConfig"')) return {};
  const { runtimeConfig } = JSON.parse(stdin) as { readonly runtimeConfig?: unknown };
  return { runtimeConfig };
}
