// The directory with CNI configuration on a node: what is there, and which of it is no part of the lab.
import { CNI_CONFIG_DIR } from '../../../cni/config-dir.ts';
import type { Operation } from '../../backend.ts';
import type { Host } from '../../host.ts';
import type { NodePlan, TextFile } from '../../netns/network/node-plan.ts';
import { runOrThrow } from './run-or-throw.ts';

/** Files that a network's daemon writes, and nobody else. */
const DAEMON_FILES = [`${CNI_CONFIG_DIR}/10-kindnet.conflist`];

/** What we write, in the order in which a runtime looks at it: what it picks is there before the rest. */
export function ownFiles({ files }: Pick<NodePlan, 'files'>): readonly TextFile[] {
  return files
    .filter(({ path }) => !isDaemonFile(path))
    .toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

export function isDaemonFile(path: string): boolean {
  return DAEMON_FILES.includes(path);
}

/** Writers rename into place: what begins with a dot, or ends so, is on its way. */
const LIST = `cd "$1" 2> /dev/null || exit 0
for file in *; do [ -f "$file" ] && case $file in *.tmp | *.temp) ;; *) echo "$file" ;; esac; done; :`;

/** Paths of the files there that the plan has not. @throws HostError */
export async function strangeFiles(
  host: Host,
  { files }: Pick<NodePlan, 'files'>,
  op: Pick<Operation, 'signal'>,
): Promise<readonly string[]> {
  const paths = await listed(host, CNI_CONFIG_DIR, op);
  return paths.filter((path) => !files.some((file) => file.path === path));
}

/** What is there, whoever wrote it. @throws HostError */
export async function configFiles(
  host: Host,
  directory: string,
  op: Pick<Operation, 'signal'>,
): Promise<readonly TextFile[]> {
  const paths = await listed(host, directory, op);
  const contents = await Promise.all(paths.map((path) => host.read(path)));
  return paths.map((path, i) => ({ path, content: contents[i]?.toString() ?? '' }));
}

async function listed(
  host: Host,
  directory: string,
  { signal }: Pick<Operation, 'signal'>,
): Promise<readonly string[]> {
  const argv = ['sh', '-c', LIST, 'list', directory];
  const { stdout } = await runOrThrow(host, argv, `cannot read ${directory}`, { signal });
  return stdout
    .split('\n')
    .filter((name) => name !== '')
    .map((name) => `${directory}/${name}`);
}
