// What a cluster that is not ours has already of what a network would make: it would be written over, and removed by down.
import { CNI_CONFIG_DIR } from '../../../cni/config-dir.ts';
import type { NodePlan } from '../../netns/network/node-plan.ts';
import { plannedBridges } from '../../netns/network/planned-bridges.ts';
import { type KubeRef, objectTitle } from '../kube-object.ts';
import { type NetworkTask, realName } from './network-task.ts';

/** @throws Error naming the first thing that is there, before anything is changed */
export async function refuseInTheWay(
  task: NetworkTask,
  plans: readonly NodePlan[],
  daemonSet: KubeRef | undefined,
): Promise<void> {
  if (daemonSet && (await task.kube.get(daemonSet))) throw own(objectTitle(daemonSet), 'the cluster');
  await Promise.all(
    task.nodes.map(async (node, i) => {
      const plan = plans[i] as NodePlan;
      const files = plan.files.map(({ path }) => path).filter((path) => path.startsWith(CNI_CONFIG_DIR));
      const bridges = plannedBridges(plan).map((name) => `/sys/class/net/${name}/address`);
      for (const path of [...files, ...bridges]) {
        if ((await task.host(node.name).read(path)) === undefined) continue;
        throw own(
          path.replace(/^\/sys\/class\/net\/(.*)\/address$/, 'bridge $1'),
          `node ${realName(task, node.name)}`,
        );
      }
    }),
  );
}

function own(what: string, whose: string): Error {
  return new Error(
    `${whose} has ${what} already, which is not the lab's: it would be changed, and removed by down\ntake the cluster's network as it is: up with --set allowClusterChanges=`,
  );
}
