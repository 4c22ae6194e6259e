// Starts and ends the processes of pods, many at a time in one job of the node's shell.
import { readdirSync, readlinkSync } from 'node:fs';
import type { LabPod } from '../../lab/lab.ts';
import { shellQuote, shellWord } from '../../util/shell-quote.ts';
import type { Host } from '../host.ts';
import { HostError } from '../host-error.ts';
import type { SandboxFacts } from './sandbox-facts.ts';
import { scriptText } from './script-text.ts';

/** Starts a pause process for each pod in namespaces of its own. @returns PID (inside) by pod name */
export async function startPauses(
  node: Host,
  pods: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const lines = pods.map((pod) => `unshare -m -n -u /bin/sh -c "$pause" pod ${pod} < /dev/null &`);
  const script = [`pause=${shellWord(scriptText('pod'))}`, '{', ...lines, '} | cat'].join('\n');
  const pids = new Map<string, number>();
  const result = await node.run(['bash', '-s'], { stdin: script, signal });
  for (const line of result.stdout.split('\n')) {
    const [tag, pod, pid] = line.split(' ');
    if (tag === 'pod' && pod !== undefined) pids.set(pod, Number(pid));
  }
  const failed = pods.filter((pod) => !pids.has(pod));
  if (failed.length > 0) {
    await killProcesses(node, [...pids.values()]);
    throw new HostError(
      'failed',
      node.name,
      ['unshare', '-m', '-n', '-u'],
      `no namespaces for ${failed.join(', ')}`,
      result.stderr,
    );
  }
  return pids;
}

/** Starts the containers of pods. @returns PIDs (inside) by "pod/container" */
export async function startContainers(
  node: Host,
  pods: readonly { readonly spec: LabPod; readonly pid: number }[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const lines = pods.flatMap(({ spec, pid }) =>
    spec.containers.map(({ name, command }) => {
      const enter = `nsenter -t ${pid} -m -n -u -- /bin/sh -c "$container" container`;
      return `${enter} ${spec.name} ${name} ${shellQuote(command)} < /dev/null &`;
    }),
  );
  const script = [`container=${shellWord(scriptText('container'))}`, '{', ...lines, '} | cat'].join('\n');
  const result = await node.run(['bash', '-s'], { stdin: script, signal });
  const pids = new Map<string, number>();
  const missing: string[] = [];
  for (const line of result.stdout.split('\n')) {
    const [tag, pod, container, last = ''] = line.split(' ');
    if (tag === 'container') pids.set(`${pod}/${container}`, Number(last));
    else if (tag === 'missing')
      missing.push(`${pod}/${container}: there is no command "${last}" on this machine`);
  }
  if (missing.length > 0) throw new HostError('failed', node.name, [], missing.join('; '));
  const wanted = pods.flatMap(({ spec }) => spec.containers.map(({ name }) => `${spec.name}/${name}`));
  const failed = wanted.filter((name) => !pids.has(name));
  if (failed.length > 0)
    throw new HostError('failed', node.name, [], `could not start ${failed.join(', ')}`, result.stderr);
  return pids;
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

/** Processes that are gone already are fine. */
export async function killProcesses(node: Host, pids: readonly number[]): Promise<void> {
  if (pids.length > 0) await node.run(['bash', '-c', `kill -KILL ${pids.join(' ')} 2> /dev/null; true`]);
}
