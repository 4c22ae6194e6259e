// What a node has, before a network is put there: one command.
import type { Operation } from '../../backend.ts';
import type { Host } from '../../host.ts';
import { NODE_PATHS } from './node-paths.ts';
import { runOrThrow } from './run-or-throw.ts';

export interface NodeFacts {
  /** As `uname -m` says. */
  readonly machine: string;
  /** Path of perl; empty when there is none. */
  readonly perl: string;
  /** Names of the plugins there. */
  readonly plugins: readonly string[];
}

const SCRIPT = `uname -m
command -v perl || echo
for file in "$1"/*; do [ -x "$file" ] && echo "\${file##*/}"; done; :`;

/** @param directory of the plugins. @throws HostError */
export async function readNodeFacts(
  host: Host,
  { signal }: Pick<Operation, 'signal'>,
  directory: string = NODE_PATHS.plugins,
): Promise<NodeFacts> {
  const argv = ['sh', '-c', SCRIPT, 'facts', directory];
  const { stdout } = await runOrThrow(host, argv, 'cannot look at the node', { signal });
  const [machine = '', perl = '', ...plugins] = stdout.split('\n');
  return { machine, perl, plugins: plugins.filter((name) => name !== '') };
}
