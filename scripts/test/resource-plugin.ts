// Where a resource plugin of Pulumi's is on this machine, in the version that the program's package asks for.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pulumiHome } from '../../infra/util/pulumi-home.ts';
import { findTool, isExecutable } from '../../infra/util/tools.ts';

const require = createRequire(import.meta.url);

/**
 * As the engine looks: on PATH (of any version), then in its own directory (`resource-<name>-v<version>`). Nothing is started.
 *
 * @param npmPackage of the plugin's SDK: its version is the plugin's
 * @returns the directory that has the program; undefined when it is not installed
 */
export function findResourcePlugin(
  name: string,
  npmPackage: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const program = `pulumi-resource-${name}`;
  const onPath = findTool(program, env);
  if (onPath !== undefined) return path.dirname(onPath);
  const { version } = JSON.parse(readFileSync(require.resolve(`${npmPackage}/package.json`), 'utf8'));
  const directory = path.join(pulumiHome(env), 'plugins', `resource-${name}-v${version}`);
  return isExecutable(path.join(directory, program)) ? directory : undefined;
}
