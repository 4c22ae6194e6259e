// The call recorder before the plugins of a network that a tool has brought to nodes of ours.
import type { LabNode } from '../../../lab/lab.ts';
import type { Drift, Operation } from '../../backend.ts';
import type { Host } from '../../host.ts';
import type { CniPaths } from '../cluster-tool.ts';
import { canRecord, installRecorder, removeRecorder, unrecorded } from './call-recorder.ts';
import { configFiles } from './config-directory.ts';
import { neededPlugins } from './needed-plugins.ts';
import { readNodeFacts } from './node-facts.ts';
import { NODE_PATHS, type NodePaths } from './node-paths.ts';

export interface BroughtNetwork {
  /** A node by its lab name, as root. */
  readonly host: (node: string) => Host;
  readonly nodes: readonly Pick<LabNode, 'name'>[];
  /** Where the tool has put it. */
  readonly cni: CniPaths;
  readonly op: Operation;
}

/** Before the first pod, so that its calls are recorded, too. Idempotent. @throws HostError */
export async function recordBrought(network: BroughtNetwork): Promise<void> {
  const { op } = network;
  await onEach(network, async ({ host, paths, facts, direct }) => {
    if (canRecord(facts)) await installRecorder({ host, paths }, direct, facts, op);
    else
      op.progress?.(
        `${host.name}: calls of CNI plugins are not recorded (no perl, or not x86_64 or aarch64)`,
      );
  });
}

/** @throws HostError */
export async function broughtDrift(network: BroughtNetwork): Promise<readonly Drift[]> {
  const drift = await onEach(network, async ({ host, paths, facts, direct }) => {
    const bare = canRecord(facts) ? await unrecorded({ host, paths }, direct, network.op) : [];
    return bare.map((type) => ({
      object: host.name,
      what: `calls of the CNI plugin ${type} are not recorded`,
    }));
  });
  return drift.flat();
}

/** Idempotent. @throws HostError */
export async function stopRecordingBrought({ host, nodes, cni, op }: BroughtNetwork): Promise<void> {
  const paths = pathsOf(cni);
  await Promise.all(nodes.map(({ name }) => removeRecorder({ host: host(name), paths }, op)));
}

function pathsOf({ plugins }: CniPaths): NodePaths {
  return { ...NODE_PATHS, plugins };
}

function onEach<T>(
  { host: hostOf, nodes, cni, op }: BroughtNetwork,
  work: (site: {
    readonly host: Host;
    readonly paths: NodePaths;
    readonly facts: Awaited<ReturnType<typeof readNodeFacts>>;
    readonly direct: readonly string[];
  }) => Promise<T>,
): Promise<T[]> {
  const paths = pathsOf(cni);
  return Promise.all(
    nodes.map(async ({ name }) => {
      const host = hostOf(name);
      const [facts, files] = await Promise.all([
        readNodeFacts(host, op, cni.plugins),
        configFiles(host, cni.config, op),
      ]);
      return work({ host, paths, facts, direct: neededPlugins(files).direct });
    }),
  );
}
