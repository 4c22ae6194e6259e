// The containers of a cluster, as the runtime lists them.
import type { ToolState } from '../kubernetes/cluster-tool.ts';
import type { Runtime } from './runtime.ts';

export interface NodeContainer {
  readonly id: string;
  readonly name: string;
  readonly isUp: boolean;
}

/** All of them, those that do not run and those that were only created, too. @param label `key=value` */
export async function listContainers(
  runtime: Runtime,
  label: string,
  signal: AbortSignal,
): Promise<readonly NodeContainer[]> {
  const format = '{{.ID}}\t{{.Names}}\t{{.Status}}';
  const args = ['ps', '--all', '--no-trunc', '--filter', `label=${label}`, '--format', format];
  return (await runtime.lines(args, signal)).map(parseContainer);
}

/** docker, podman and nerdctl all say "Up 3 minutes", "Exited (137) …", "Created"; docker says "Up 3 minutes (Paused)", too. */
export function parseContainer(line: string): NodeContainer {
  const [id = '', name = '', status = ''] = line.split('\t');
  return { id, name, isUp: /^up\b/i.test(status) && !/\(paused\)/i.test(status) };
}

/** @param names of the nodes that the cluster has when it is whole */
export function stateOf(containers: readonly NodeContainer[], names: readonly string[]): ToolState {
  if (containers.length === 0) return 'gone';
  const up = new Set(containers.filter(({ isUp }) => isUp).map(({ name }) => name));
  return names.every((name) => up.has(name)) ? 'running' : 'stopped';
}
