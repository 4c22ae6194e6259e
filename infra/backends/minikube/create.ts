// Makes a cluster on minikube, or goes on with one that a killed run has left.
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomic } from '../../util/write-atomic.ts';
import type { ClusterSpec, Operation } from '../backend.ts';
import type { NodeName } from '../kubernetes/cluster-tool.ts';
import { NO_CNI_MANIFEST } from './cni.ts';
import { deleteProfile } from './delete.ts';
import { minikubeError } from './failure.ts';
import { runMinikube } from './minikube.ts';
import type { MinikubeFacts } from './profile.ts';
import type { Profile } from './profile-list.ts';
import { foreignProfile, profileOf } from './profiles.ts';
import { settingsProblems } from './settings.ts';
import { startArgv } from './start-argv.ts';

/** See ClusterTool.create. @throws Error, MinikubeError */
export async function createCluster(
  spec: ClusterSpec,
  facts: MinikubeFacts,
  kubeconfig: string,
  op: Operation,
): Promise<readonly NodeName[]> {
  const problems = settingsProblems(spec.settings ?? {});
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const manifest = path.join(path.dirname(kubeconfig), 'no-cni.yaml');
  const argv = startArgv(spec, facts, manifest);

  const left = await profileOf(facts, op);
  if (left?.kind === 'foreign') throw foreignProfile(facts);
  if (left !== undefined && !isWhole(left, spec)) {
    op.progress?.(`taking away what was half made of ${facts.cluster}`);
    await deleteProfile(facts, op);
  }
  await writeAtomic(manifest, NO_CNI_MANIFEST);
  const result = await runMinikube(argv, facts, kubeconfig, op);
  if (result.exitCode !== 0) throw minikubeError(`make the cluster ${facts.cluster}`, result);
  await chmod(kubeconfig, 0o600);
  return nodesOf(spec, facts, op);
}

/** minikube starts just the nodes that an existing profile has (startWithDriver in cmd/minikube/cmd/start.go). */
function isWhole(profile: Profile, { nodes }: ClusterSpec): boolean {
  return (
    profile.kind === 'ours' &&
    profile.nodes.length === nodes.length &&
    profile.nodes.every(({ address }) => address !== '')
  );
}

/** The lab's nodes with minikube's names for them; tells where addresses are not those of the lab. */
export async function nodesOf(
  spec: ClusterSpec,
  facts: MinikubeFacts,
  op: Operation,
): Promise<readonly NodeName[]> {
  const profile = await profileOf(facts, op);
  const made = profile?.kind === 'ours' ? profile.nodes : [];
  return spec.nodes.map(({ name, address }, index) => {
    const node = made[index];
    if (node === undefined)
      throw new Error(
        `minikube has made ${made.length} of the ${spec.nodes.length} nodes of ${facts.cluster}: ${name} is missing\nrun it again`,
      );
    if (node.address !== address)
      op.progress?.(
        `${name} has ${node.address}, not ${address} as in the lab: what asserts that address will fail`,
      );
    return { lab: name, real: node.name };
  });
}
