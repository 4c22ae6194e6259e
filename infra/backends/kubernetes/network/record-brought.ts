// The call recorder before the plugins of a network that a tool has brought to nodes of ours.
import type { LabNode } from '../../../lab/lab.ts';
import type { Drift, Operation } from '../../backend.ts';
import type { Host } from '../../host.ts';
import type { CniPaths } from '../cluster-tool.ts';
import { removeRecorder } from './call-recorder.ts';
import { configFiles } from './config-directory.ts';
import { neededPlugins } from './needed-plugins.ts';
import { readNodeFacts } from './node-facts.ts';
import { NODE_PATHS, type NodePaths } from './node-paths.ts';
import { recordCalls, recordingDrift } from './record-calls.ts';

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
  await onEach(network, async (site, types) => {
    const facts = await readNodeFacts(site.host, op, site.paths.plugins);
    await recordCalls(site, types, facts, op);
  });
}

/** @throws HostError */
export async function broughtDrift(network: BroughtNetwork): Promise<readonly Drift[]> {
  const drift = await onEach(network, async (site, types) => {
    const whats = await recordingDrift(site, types, network.op);
    return whats.map((what) => ({ object: site.host.name, what }));
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

/** With the plugins that the runtime calls, by the node's own configuration. */
function onEach<T>(
  { host: hostOf, nodes, cni, op }: BroughtNetwork,
  work: (site: { readonly host: Host; readonly paths: NodePaths }, types: readonly string[]) => Promise<T>,
): Promise<T[]> {
  const paths = pathsOf(cni);
  return Promise.all(
    nodes.map(async ({ name }) => {
      const host = hostOf(name);
      const { direct } = neededPlugins(await configFiles(host, cni.config, op));
      return work({ host, paths }, direct);
    }),
  );
}
