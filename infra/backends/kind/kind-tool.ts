// Clusters made by kind (https://kind.sigs.k8s.io): nodes are containers of docker, podman or nerdctl.
import { capableAccess } from '../kubernetes/capable-access.ts';
import type { ClusterTool, Refusal, Settings } from '../kubernetes/cluster-tool.ts';
import { toolPodAccess } from '../kubernetes/pod-access.ts';
import { listContainers, stateOf } from './containers.ts';
import { createCluster } from './create-cluster.ts';
import { deleteCluster } from './delete-cluster.ts';
import { runtimeMissing } from './failure.ts';
import { findRuntime, runtimeAddress } from './find-runtime.ts';
import { kindAccess } from './kind-access.ts';
import { CLUSTER_LABEL, factsNodes, kindFacts, planFacts } from './kind-facts.ts';
import { kindVersion } from './run-kind.ts';
import { Runtime } from './runtime.ts';
import { badSetting, SETTINGS } from './settings.ts';

/** kind cannot add nodes to a cluster: `addNodes` is left out. */
export const kindTool: ClusterTool = {
  name: 'kind',
  ownsCluster: true,
  settings: SETTINGS,
  probe,
  plan: planFacts,
  create: (spec, facts, kubeconfig, op) => createCluster(spec, kindFacts(facts), kubeconfig, op),

  async state(toolFacts, { signal }) {
    const facts = kindFacts(toolFacts);
    const containers = await listContainers(new Runtime(facts), `${CLUSTER_LABEL}=${facts.id}`, signal);
    return stateOf(containers, factsNodes(facts));
  },

  delete: (facts, op) => deleteCluster(kindFacts(facts), op),
  access(facts, settings, cluster) {
    const direct = kindAccess(kindFacts(facts));
    if (settings.nodeAccess === 'container') return direct;
    const byPod = toolPodAccess(cluster, settings, { namespace: 'cnilab-nodes', removeAfterwards: false });
    return settings.nodeAccess === 'pod' ? byPod : capableAccess(direct, byPod, cluster);
  },
};

/** The oldest release with what the nodes' configuration says. */
const OLDEST_MINOR = 24;

async function probe(settings: Settings): Promise<Refusal | undefined> {
  const wrong = badSetting(settings);
  if (wrong) return wrong;
  const runtime = findRuntime(settings.provider, process.env);
  if (runtime === undefined) return runtimeMissing('docker');
  try {
    const client = new Runtime({ ...runtimeAddress(process.env), runtime });
    const [{ major, minor }] = await Promise.all([kindVersion(), client.run(['ps', '--quiet'])]);
    if (major > 0 || minor >= OLDEST_MINOR) return undefined;
    return {
      reason: `this kind is ${major}.${minor}, too old`,
      fix: `install 0.${OLDEST_MINOR} or newer (https://kind.sigs.k8s.io/docs/user/quick-start/#installation)`,
    };
  } catch (error) {
    const [reason = '', ...fix] = (error as Error).message.split('\n');
    return { reason, fix: fix.join('\n') };
  }
}
