// Finds system tools and CNI plugins on this machine.
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { cacheDirs } from './dirs.ts';

/** Administrative tools live here; on Debian and SUSE an ordinary user's PATH leaves these out. */
const SBIN_DIRS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where distributions and the CNI project install plugins. */
const SYSTEM_CNI_DIRS = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'];

/** PATH with the administrative directories added behind it, for children that call tools by name. */
export function searchPath(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const dirs = (env.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(':');
  return [...new Set([...dirs, ...SBIN_DIRS])].filter((dir) => path.isAbsolute(dir)).join(':');
}

/** Absolute path of a tool on PATH or in the sbin directories; undefined when it is nowhere. */
export function findTool(
  name: string,
  env?: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return firstExecutable(searchPath(env).split(':'), name);
}

/**
 * Directories with CNI plugins that exist here, in the order in which a plugin is looked for: `$CNI_PATH`
 * (colon-separated, as in the CNI specification), the usual places, then what set-up put into the caches.
 */
export function cniPluginDirs(env: Readonly<Record<string, string | undefined>> = process.env): string[] {
  const named = (env.CNI_PATH ?? '').split(':').filter((dir) => path.isAbsolute(dir));
  // cni/ is apart from bin/, which goes onto PATH: the `bridge` plugin must not hide iproute2's `bridge`.
  const cached = cacheDirs({ env }).flatMap((cache) => [path.join(cache, 'cni'), path.join(cache, 'bin')]);
  return [...new Set([...named, ...SYSTEM_CNI_DIRS, ...cached])].filter(isDirectory);
}

/** Absolute path of a CNI plugin's binary by its `type`; undefined when no directory has it. */
export function findCniPlugin(type: string, dirs: readonly string[] = cniPluginDirs()): string | undefined {
  return type.includes('/') ? undefined : firstExecutable(dirs, type);
}

function firstExecutable(dirs: readonly string[], name: string): string | undefined {
  return dirs.map((dir) => path.join(dir, name)).find(isExecutable);
}

/** A regular file that this process may execute. */
export function isExecutable(file: string): boolean {
  try {
    // Most places that are asked have no such file, and an exception takes ten times as long as that answer.
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isDirectory(dir: string): boolean {
  try {
    return statSync(dir).isDirectory();
  } catch {
    return false;
  }
}
