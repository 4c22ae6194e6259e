// Makes a cluster with kind, with the lab's addresses, on a network of its own.
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { searchPath } from '../../util/tools.ts';
import type { ClusterSpec, Operation } from '../backend.ts';
import type { NodeName } from '../kubernetes/cluster-tool.ts';
import { planRunFlags } from './address-plan.ts';
import { createNetwork, listNetworks } from './cluster-network.ts';
import { listContainers, stateOf } from './containers.ts';
import { deleteCluster } from './delete-cluster.ts';
import { kindConfig } from './kind-config.ts';
import { CLUSTER_LABEL, factsNodes, KIND_LABEL, type KindFacts } from './kind-facts.ts';
import type { NodeRole } from './node-names.ts';
import { podCidrsScript } from './pod-cidrs.ts';
import { kindVersion, runKind } from './run-kind.ts';
import { Runtime } from './runtime.ts';
import { nodeImage } from './settings.ts';

const SHIM = fileURLToPath(new URL('./scripts/with-address.sh', import.meta.url));

/** @param kubeconfig appears when the cluster is whole: it is what says that nothing is left to be done */
export async function createCluster(
  spec: ClusterSpec,
  facts: KindFacts,
  kubeconfig: string,
  op: Operation,
): Promise<readonly NodeName[]> {
  const runtime = new Runtime(facts);
  const names = factsNodes(facts);
  const nodes = spec.nodes.map(({ name }, i) => ({ lab: name, real: names[i] ?? '' }));
  const { signal } = op;
  const [kind, ours, namesakes, networks] = await Promise.all([
    kindVersion(signal),
    listContainers(runtime, `${CLUSTER_LABEL}=${facts.id}`, signal),
    listContainers(runtime, `${KIND_LABEL}=${facts.cluster}`, signal),
    listNetworks(runtime, facts, signal),
  ]);
  const known = new Set(ours.map(({ id }) => id));
  const stranger = namesakes.find(({ id }) => !known.has(id));
  if (stranger)
    throw new Error(
      `there is a kind cluster ${facts.cluster} that this lab did not make (container ${stranger.name}); it is left alone\nif it is yours and not needed: kind delete cluster --name ${facts.cluster}`,
    );
  if (stateOf(ours, names) === 'running' && (await exists(kubeconfig))) return nodes;
  if (ours.length > 0 || networks.length > 0) {
    op.progress?.('removing what an earlier run left half made');
    await deleteCluster(facts, op);
  }
  await createNetwork(runtime, spec, facts, signal);
  await mkdir(path.dirname(kubeconfig), { recursive: true, mode: 0o700 });
  const directory = await mkdtemp(path.join(path.dirname(kubeconfig), '.kind-'));
  try {
    const shim = path.join(directory, runtime.name);
    await copyFile(SHIM, shim);
    await chmod(shim, 0o700);
    const image = nodeImage(spec.settings ?? {});
    const written = path.join(directory, 'kubeconfig');
    await runKind(
      {
        args: [
          ...['create', 'cluster', '--name', facts.cluster, '--config', '-', '--kubeconfig', written],
          ...(image === undefined ? [] : ['--image', image]),
        ],
        stdin: kindConfig(spec, {
          cluster: facts.cluster,
          roles: facts.roles.split(' ') as NodeRole[],
          kind,
        }),
        env: kindEnv(runtime, spec, facts, directory),
        runtime: runtime.name,
        log: path.join(path.dirname(kubeconfig), 'kind.log'),
      },
      op,
    );
    op.progress?.('Telling the nodes their podCIDRs');
    await runtime.run(['exec', controlPlane(facts), 'sh', '-c', podCidrsScript(spec.nodes, names)], signal);
    await chmod(written, 0o600);
    await rename(written, kubeconfig);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return nodes;
}

function kindEnv(
  runtime: Runtime,
  spec: ClusterSpec,
  facts: KindFacts,
  shims: string,
): Record<string, string> {
  const lines = Object.entries(planRunFlags(spec, facts)).map(([name, flags]) => [name, ...flags].join(' '));
  return {
    ...runtime.env,
    PATH: `${shims}:${searchPath()}`,
    KIND_EXPERIMENTAL_PROVIDER: runtime.name,
    KIND_EXPERIMENTAL_DOCKER_NETWORK: facts.cluster,
    KIND_EXPERIMENTAL_PODMAN_NETWORK: facts.cluster,
    CNILAB_RUNTIME: runtime.file,
    CNILAB_NETWORK: facts.cluster,
    CNILAB_RUN_FLAGS: lines.join('\n'),
  };
}

const controlPlane = (facts: KindFacts): string => `${facts.cluster}-control-plane`;

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
