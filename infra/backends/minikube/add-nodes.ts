// Adds workers to a cluster on minikube.
import type { ClusterSpec, Operation } from '../backend.ts';
import type { NodeName } from '../kubernetes/cluster-tool.ts';
import { nodesOf } from './create.ts';
import { minikubeError } from './failure.ts';
import { runMinikube } from './minikube.ts';
import type { MinikubeFacts } from './profile.ts';
import { foreignProfile, profileOf } from './profiles.ts';
import { startArgv } from './start-argv.ts';

/** See ClusterTool.addNodes. minikube numbers a new node after the last one, so lab nodes are added at the end. */
export async function addNodes(
  spec: ClusterSpec,
  facts: MinikubeFacts,
  kubeconfig: string,
  op: Operation,
): Promise<readonly NodeName[]> {
  // Refuses what could not have been made in one go.
  startArgv(spec, facts, '');
  const profile = await profileOf(facts, op);
  if (profile?.kind === 'foreign') throw foreignProfile(facts);
  const there = profile?.kind === 'ours' ? profile.nodes : [];
  if (there.length === 0 || there.some(({ address }) => address === ''))
    throw new Error(
      `${facts.cluster} is not there as a whole, so no node can be added to it: the lab has to be made anew`,
    );
  for (const { name } of spec.nodes.slice(there.length)) {
    op.progress?.(`adding node ${name}`);
    const result = await runMinikube(
      ['node', 'add', '--profile', facts.cluster, '--worker'],
      facts,
      kubeconfig,
      op,
    );
    if (result.exitCode !== 0) throw minikubeError(`add node ${name} to ${facts.cluster}`, result);
  }
  return nodesOf(spec, facts, op);
}
