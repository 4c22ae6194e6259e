// Reads `ctr tasks ls`; which of them are sandboxes is a list of its own, and whose pod they are in their cgroups.
import type { ContainerFact, ContainerFacts } from './container-fact.ts';
import { firstProcesses } from './pod-processes.ts';

/**
 * @param tasks columns TASK, PID and STATUS with a heading (containerd, cmd/ctr/commands/tasks/list.go)
 * @param processes as for the cgroups: a task whose process is in no pod is not Kubernetes's
 */
export function parseCtr(
  sandboxIds: readonly string[],
  tasks: readonly string[],
  processes: readonly string[],
): Omit<ContainerFacts, 'source'> {
  const first = firstProcesses(processes);
  const isSandbox = new Set(sandboxIds);
  const sandboxes: ContainerFact[] = [];
  const containers: ContainerFact[] = [];
  for (const line of tasks) {
    const [, id = '', pid, status] = /^([0-9a-f]{64})\s+(\d+)\s+(\w+)\s*$/.exec(line) ?? [];
    const podUid = first.get(id)?.podUid;
    if (podUid === undefined || (status !== 'RUNNING' && status !== 'PAUSED')) continue;
    (isSandbox.has(id) ? sandboxes : containers).push({ id, pid: Number(pid), podUid });
  }
  return { sandboxes, containers };
}
