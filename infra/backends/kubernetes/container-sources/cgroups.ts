// Sandboxes and containers from /proc alone, where no tool of the runtime answers.
import type { ContainerFact, ContainerFacts } from './container-fact.ts';
import { firstProcesses, type PodProcess } from './pod-processes.ts';

/** Program of the sandbox images in use (registry.k8s.io/pause, rancher/mirrored-pause). */
const PAUSE = 'pause';

/** The sandboxes of a CRI-O that keeps no process for them are not seen. */
export function parseCgroups(lines: readonly string[]): Omit<ContainerFacts, 'source'> {
  const shims = parseParents(lines);
  const sandboxes: ContainerFact[] = [];
  const containers: ContainerFact[] = [];
  for (const process of firstProcesses(lines).values()) {
    const { id, pid, podUid } = process;
    (isSandbox(process, shims.get(process.parent)) ? sandboxes : containers).push({ id, pid, podUid });
  }
  return { sandboxes, containers };
}

/** containerd has one shim for all of a pod, which is told the sandbox's id; with docker and CRI-O each has its own. */
function isSandbox({ id, comm }: PodProcess, shim: string | undefined): boolean {
  return shim === undefined ? comm === PAUSE : shim === id;
}

/** PIDs of containerd's shims → the id of their sandbox. The shell has dropped what was between the words. */
function parseParents(lines: readonly string[]): ReadonlyMap<number, string> {
  return new Map(
    lines.flatMap((line) => {
      const [, pid, id] =
        /^parent (\d+) \S*containerd-shim\S*-namespacek8s\.io\S*-id([0-9a-f]{64})(?![0-9a-f])/.exec(line) ??
        [];
      return id === undefined ? [] : [[Number(pid), id] as const];
    }),
  );
}
