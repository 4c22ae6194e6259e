// Takes away what bears the cluster's label, and nothing else: containers, their volumes, their network.
import { setTimeout as delay } from 'node:timers/promises';
import type { Operation } from '../backend.ts';
import { listNetworks } from './cluster-network.ts';
import { listContainers } from './containers.ts';
import { CLUSTER_LABEL, factsNodes, type KindFacts } from './kind-facts.ts';
import { Runtime } from './runtime.ts';

/**
 * Looks again after each removal: a container that a killed kind had asked for may come to be while the others go, and
 * what somebody else is removing refuses to be removed twice.
 */
const ROUNDS = 30;
const PAUSE_MS = 500;
/** What is refused so often will be refused for ever. */
const REFUSALS = 5;

/**
 * As `kind delete cluster` does it (pkg/cluster/internal/providers/docker/provider.go, DeleteNodes), but by our own label
 * and not by the cluster's name, which a stranger's container could have; and without a need of kind.
 */
export async function deleteCluster(facts: KindFacts, { signal, progress }: Operation): Promise<void> {
  const runtime = new Runtime(facts);
  let refusals = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const [containers, networks] = await Promise.all([
      listContainers(runtime, `${CLUSTER_LABEL}=${facts.id}`, signal),
      listNetworks(runtime, facts, signal),
    ]);
    if (containers.length === 0 && networks.length === 0) return;
    // docker's `rm --force` succeeds, too, when it does not remove what is just coming or going.
    if (round > 0) await delay(PAUSE_MS, undefined, { signal });
    try {
      if (containers.length > 0) {
        progress?.(`Removing ${containers.map(({ name }) => name).join(', ')}`);
        await runtime.run(['rm', '--force', '--volumes', ...containers.map(({ id }) => id)], signal);
        if (runtime.name === 'podman') await pruneVolumes(runtime, facts, signal);
      }
      if (networks.length > 0) await runtime.run(['network', 'rm', ...networks], signal);
    } catch (error) {
      signal.throwIfAborted();
      refusals += 1;
      if (refusals === REFUSALS) throw error;
    }
  }
  throw new Error(
    `${runtime.name} has not removed all of ${facts.cluster} yet, or a kind that is still running makes it anew\nrun it again in a while`,
  );
}

/** Of podman kind asks for a volume by hand, with the node's name as label (providers/podman/util.go). */
async function pruneVolumes(runtime: Runtime, facts: KindFacts, signal: AbortSignal): Promise<void> {
  const args = ['volume', 'prune', '--force', '--filter'];
  await Promise.all(factsNodes(facts).map((node) => runtime.run([...args, `label=${node}`], signal)));
}
