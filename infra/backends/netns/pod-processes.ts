// Starts and ends the processes of pods, many at a time.
import { readdirSync, readlinkSync } from 'node:fs';
import type { LabPod } from '../../lab/lab.ts';
import { HostError } from '../host-error.ts';
import type { Connection } from './connection.ts';
import type { SandboxFacts } from './sandbox-facts.ts';

/** Starts a pause process for each pod in namespaces of its own. @returns PID (inside) by pod name */
export async function startPauses(
  connection: Connection,
  node: string,
  pods: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { pids, failures } = outcomes(await connection.agent(node).startLasting('pods', pods), pods);
  if (failures.length > 0) {
    await connection.agent(node).killProcesses([...pids.values()]);
    throw new HostError('failed', node, ['unshare'], `no namespaces for ${failures.join('; ')}`);
  }
  return pids;
}

/** Starts the containers of pods. @returns PIDs (inside) by "pod/container" */
export async function startContainers(
  connection: Connection,
  node: string,
  pods: readonly { readonly spec: LabPod; readonly pid: number }[],
): Promise<ReadonlyMap<string, number>> {
  const containers = pods.flatMap(({ spec, pid }) =>
    spec.containers.map(({ name, command }) => ({ pod: spec.name, name, pid, command })),
  );
  if (containers.length === 0) return new Map();
  const fields = containers.flatMap(({ pod, name, pid, command }) => [
    ...[pod, name, String(pid), String(command.length)],
    ...command,
  ]);
  const lines = await connection.agent(node).startLasting('containers', fields);
  const wanted = containers.map(({ pod, name }) => `${pod}/${name}`);
  const { pids, failures } = outcomes(lines, wanted);
  if (failures.length > 0)
    throw new HostError('failed', node, containers[0]?.command ?? [], failures.join('; '));
  return pids;
}

/** @param lines "name PID", or "name: what is wrong", which may come after the PID when there was nothing to execute */
function outcomes(lines: readonly string[], wanted: readonly string[]) {
  const pids = new Map<string, number>();
  const reasons = new Map<string, string>();
  for (const line of lines) {
    const failed = /^(\S+): (.*)$/.exec(line);
    if (failed) reasons.set(failed[1] ?? '', failed[2] ?? '');
    else {
      const [name = '', pid] = line.split(' ');
      pids.set(name, Number(pid));
    }
  }
  for (const name of reasons.keys()) pids.delete(name);
  const failed = wanted.filter((name) => !pids.has(name));
  return { pids, failures: failed.map((name) => `${name}: ${reasons.get(name) ?? 'it ended at once'}`) };
}

/** PIDs (inside) of every process in the same network namespaces as these, themselves included. Costs no process. */
export function processesSharingNetns(facts: SandboxFacts, pids: readonly number[]): readonly number[] {
  const proc = `/proc/${facts.holder}/root/proc`;
  const netns = (pid: string | number) => {
    try {
      return readlinkSync(`${proc}/${pid}/ns/net`);
    } catch {
      return undefined;
    }
  };
  const wanted = new Set(pids.map(netns).filter((ns) => ns !== undefined));
  return readdirSync(proc)
    .filter((entry) => /^\d+$/.test(entry) && wanted.has(netns(entry) ?? ''))
    .map(Number);
}
