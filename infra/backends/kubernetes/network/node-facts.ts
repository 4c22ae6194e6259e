// What a node has, before a network is put there: one command.
import type { Operation } from '../../backend.ts';
import type { Host } from '../../host.ts';
import { NODE_PATHS } from './node-paths.ts';
import { runOrThrow } from './run-or-throw.ts';

export interface NodeFacts {
  /** As `uname -m` says. */
  readonly machine: string;
  /** Path of the node's own perl; empty when there is none, or when what is entered has other files than the node. */
  readonly perl: string;
  /** Names of the plugins there. */
  readonly plugins: readonly string[];
}

/** $1: plugins, $2: the node's root directory. A privileged pod is in the node's namespaces of PIDs, but not of mounts. */
const SCRIPT = `uname -m
[ "$2" -ef / ] && command -v perl || echo
for file in "$1"/*; do [ -x "$file" ] && echo "\${file##*/}"; done; :`;

/** @param root the node's, as what is entered sees it. @throws HostError */
export async function readNodeFacts(
  host: Host,
  { signal }: Pick<Operation, 'signal'>,
  root = '/proc/1/root',
): Promise<NodeFacts> {
  const argv = ['sh', '-c', SCRIPT, 'facts', NODE_PATHS.plugins, root];
  const { stdout } = await runOrThrow(host, argv, 'cannot look at the node', { signal });
  const [machine = '', perl = '', ...plugins] = stdout.split('\n');
  return { machine, perl, plugins: plugins.filter((name) => name !== '') };
}
