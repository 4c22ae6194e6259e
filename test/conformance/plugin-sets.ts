// Which plugins both sides are given: the distribution's, and those that are built from their Go module.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { exec } from '../../infra/util/exec.ts';
import { cniPluginDirs, findCniPlugin } from '../../infra/util/tools.ts';

export interface PluginSet {
  readonly id: 'system' | 'built';
  /** For people: "1.1.1 (Debian)". */
  readonly name: string;
  /** Path of each plugin. */
  readonly plugins: readonly string[];
}

export const STAND_INS = path.resolve(import.meta.dirname, '../support/stand-in-plugins');

/** The plugins that this machine has; undefined when it has none. */
export async function systemPlugins(): Promise<PluginSet | undefined> {
  const bridge = findCniPlugin('bridge', cniPluginDirs());
  if (!bridge) return undefined;
  const { stdout } = await exec(['dpkg-query', '-W', '-f', '${Version}', 'containernetworking-plugins']);
  const version = /^[\d.]+/.exec(stdout)?.[0];
  const dir = path.dirname(bridge);
  return setOf('system', version && dir === '/usr/lib/cni' ? `${version} (Debian)` : dir, dir);
}

/** @param dir where set-up has put them */
export function builtPlugins(dir: string, version: string): PluginSet {
  return setOf('built', `${version} (built)`, dir);
}

/** With flannel, which is in neither, and plugins that stand in for those that misbehave. */
function setOf(id: PluginSet['id'], name: string, dir: string): PluginSet {
  const flannel = findCniPlugin('flannel');
  const files = (from: string) => readdirSync(from).map((file) => path.join(from, file));
  const own = files(dir).filter((file) => !['flannel', 'cnitool'].includes(path.basename(file)));
  return { id, name, plugins: [...own, ...(flannel ? [flannel] : []), ...files(STAND_INS)] };
}
