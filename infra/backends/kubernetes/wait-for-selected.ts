// Waits until pods that a lab only names run, as they may be just being replaced; tells at once when there are too few.
import type { V1Pod } from '@kubernetes/client-node';
import type { LabPod } from '../../lab/lab.ts';
import type { Operation } from '../backend.ts';
import type { KubernetesConnection } from './connection.ts';
import { missingPods, nameSelectedPods, selectorOf, selectorText } from './selected-pods.ts';
import { whyPodWaits } from './wait-for-pods.ts';

/** For those that are there and do not run yet. */
const LIMIT_MS = 60_000;

/** Whether they are ready is of no interest: a lab may be about why they are not. @throws Error with what there is instead */
export async function waitForSelected(
  connection: KubernetesConnection,
  workload: string,
  pods: readonly LabPod[],
  op: Operation,
): Promise<void> {
  const selector = selectorOf(pods);
  if (selector === undefined) return;
  const realNode = (node: string) => connection.realNode(node);
  const limit = AbortSignal.timeout(LIMIT_MS);
  let last: readonly V1Pod[] = [];
  try {
    await connection.kube.untilPods(
      selector.namespace,
      selectorText(selector),
      (live) => {
        last = live;
        const missing = missingPods(workload, pods, live, realNode);
        if (missing !== undefined) throw new Error(missing);
        const found = [...nameSelectedPods(pods, live, realNode).live.values()].filter(runs).length;
        op.progress?.(`${workload}: ${found} of ${pods.length} pods that it names run`);
        return found === pods.length;
      },
      AbortSignal.any([op.signal, limit]),
    );
  } catch (error) {
    if (!limit.aborted || op.signal.aborted) throw error;
    throw new Error(
      [
        `${workload}: the pods that it names do not all run after ${LIMIT_MS / 1000} s`,
        ...last.filter((pod) => !runs(pod)).map(whyPodWaits),
        `kubectl -n ${selector.namespace} describe pods says more`,
      ].join('\n'),
      { cause: error },
    );
  }
}

function runs({ metadata, status }: V1Pod): boolean {
  const containers = status?.containerStatuses ?? [];
  return (
    metadata?.deletionTimestamp === undefined &&
    containers.length > 0 &&
    containers.every(({ state }) => state?.running !== undefined)
  );
}
