// Plugin binaries that a node lacks, copied from this machine's plugin directories.
import { readFile } from 'node:fs/promises';
import { INSTALL_PLUGINS } from '../../../cni/advice.ts';
import { cniPluginDirs, findCniPlugin } from '../../../util/tools.ts';
import type { Operation } from '../../backend.ts';
import type { Host, HostFile } from '../../host.ts';
import { elfMachine } from './elf-machine.ts';
import type { NodeFacts } from './node-facts.ts';
import { NODE_PATHS } from './node-paths.ts';
import { runOrThrow } from './run-or-throw.ts';

/** A list of what was copied, a name a line, for when it is to go. */
export const COPIED = `${NODE_PATHS.own}/copied-plugins`;

/** Every plugin answers VERSION (CNI spec 1.1.0, section 2): one that cannot be started there says why. $1: directory */
const TRY = `dir=$1; shift
for type; do
  said=$(CNI_COMMAND=VERSION CNI_PATH=$dir "$dir/$type" < /dev/null 2>&1) || { echo "$type: $said"; rm -f "$dir/$type"; }
done`;

/**
 * @param types those that must be there
 * @param dirs where this machine's plugins are
 * @returns what was copied
 * @throws Error naming the node, the plugins that nobody has for its processor, and where was looked
 */
export async function copyMissingPlugins(
  host: Host,
  facts: NodeFacts,
  types: readonly string[],
  { signal, progress }: Operation,
  dirs: readonly string[] = cniPluginDirs(),
): Promise<readonly string[]> {
  const missing = types.filter((type) => !facts.plugins.includes(type));
  if (missing.length === 0) return [];
  const found = await Promise.all(missing.map((type) => fileFor(type, facts, dirs)));
  const lacking = found.filter((one) => typeof one === 'string');
  if (lacking.length > 0) throw cannotHave(host, lacking);
  progress?.(`${host.name}: copies the CNI plugins ${missing.join(', ')} from this machine`);
  const before = (await host.read(COPIED))?.toString() ?? '';
  const list = [...new Set([...before.split('\n'), ...missing])].filter((name) => name !== '');
  await host.write([
    { path: COPIED, content: `${list.join('\n')}\n` },
    ...found.filter((one) => typeof one !== 'string'),
  ]);
  const argv = ['sh', '-c', TRY, 'try', NODE_PATHS.plugins, ...missing];
  const { stdout } = await runOrThrow(host, argv, 'cannot try the plugins that were copied', { signal });
  if (stdout !== '') throw cannotHave(host, [`those of this machine do not run there (${stdout.trim()})`]);
  return missing;
}

/** The file to be written there, or what is wrong. */
async function fileFor(
  type: string,
  { machine }: NodeFacts,
  dirs: readonly string[],
): Promise<HostFile | string> {
  // A directory later in the order may have one for the node's processor.
  const candidates = dirs.flatMap((dir) => findCniPlugin(type, [dir]) ?? []);
  const others: string[] = [];
  for (const candidate of candidates) {
    const content = await readFile(candidate);
    const made = elfMachine(content);
    const isScript = content.subarray(0, 2).toString() === '#!';
    if (made === machine || isScript) {
      return { path: `${NODE_PATHS.plugins}/${type}`, content, mode: 0o755 };
    }
    others.push(`${candidate} is for ${made ?? 'another system'}, not ${machine}`);
  }
  if (others.length > 0) return `${type}: ${others.join('; ')}`;
  const looked = dirs.length > 0 ? dirs.join(', ') : 'any of the usual directories';
  return `${type}: there is none for ${machine} on this machine either, in ${looked}`;
}

function cannotHave({ name }: Host, problems: readonly string[]): Error {
  return new Error(
    `node ${name} lacks CNI plugins that the network needs.\n${problems.join('\n')}\nOn this machine, or on the node in ${NODE_PATHS.plugins}: ${INSTALL_PLUGINS}. $CNI_PATH names further directories.`,
  );
}
