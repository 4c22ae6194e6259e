// Takes a network off a cluster: objects, files, devices, rules, the recorder and the plugins that were copied.
import type { NodePlan } from '../../netns/network/node-plan.ts';
import { removeRecorder } from './call-recorder.ts';
import { clusterPlans } from './cluster-plan.ts';
import { daemonObjects } from './daemon-objects.ts';
import type { NetworkTask } from './network-task.ts';
import { removalScript } from './remains.ts';
import { runOrThrow } from './run-or-throw.ts';
import { standingNodes } from './standing-nodes.ts';

/** Idempotent. The daemon ends first: it would put back what is removed. @throws HostError */
export async function deleteNetwork(task: NetworkTask): Promise<void> {
  const { kube, network, op } = task;
  const [standing, objects] = await Promise.all([standingNodes(task), daemonObjects(task)]);
  if (objects.length > 0) {
    op.progress?.(`removes ${network.type}'s daemon`);
    await kube.delete(objects.toReversed(), op);
  }
  const plans = clusterPlans(task, standing);
  await Promise.all(
    standing.map(async ({ node }, i) => {
      const host = task.host(node.name);
      await removeRecorder({ host: task.nodeItself(node.name) }, op);
      const script = removalScript(plans[i] as NodePlan);
      const what = `the ${network.type} network could not be removed`;
      await runOrThrow(host, ['sh', '-c', script], what, { signal: op.signal });
    }),
  );
}
