// Gets the system's tools: by apt where set-up may, otherwise by asking once for exactly what is missing.
import { type Distribution, installCommand, thisDistribution } from './distribution.ts';
import { NotReady } from './not-ready.mjs';
import { withProgress } from './progress.ts';
import { run, tail } from './run.ts';
import {
  CNI_PLUGINS_PACKAGE,
  missingOptionalTools,
  missingPlugins,
  missingTools,
  type SystemTool,
} from './system-tools.ts';

/** Two set-ups at once, or a machine's own nightly update: wait for dpkg's lock instead of failing (seconds). */
const DPKG_LOCK_TIMEOUT_S = 300;

/**
 * Gets the missing system tools, and CNI plugins along with them where a package manager does it. Plugins alone
 * are no failure here: there are other ways to get those.
 * @throws NotReady with the exact command of this distribution
 */
export async function ensureSystemTools(): Promise<void> {
  const root = process.getuid?.() === 0;
  const system = thisDistribution();
  let failure = '';
  if (root && system.family === 'debian')
    failure = await aptInstall(packagesFor('debian', missingTools(), missingPlugins()));
  const tools = missingTools();
  if (tools.length > 0) throw new NotReady(missingMessage(tools, missingPlugins(), system, root) + failure);
  if (failure) process.stderr.write(`${failure.trim()}\n`);
}

/** For `npm test` as a whole: tests that miss an optional tool are left out, so it is got where that is no question. */
export async function tryOptionalTools(): Promise<void> {
  const tools = missingOptionalTools();
  if (tools.length === 0 || process.getuid?.() !== 0 || thisDistribution().family !== 'debian') return;
  const failure = await aptInstall(packagesFor('debian', tools, []));
  if (failure) process.stderr.write(`Some tests will be left out.${failure}\n`);
}

/** Names of the packages that have these tools and plugins, each once. */
export function packagesFor(
  family: NonNullable<Distribution['family']>,
  tools: readonly SystemTool[],
  plugins: readonly string[],
): string[] {
  const names = tools.map((tool) => tool.packages[family]);
  if (plugins.length > 0) names.push(CNI_PLUGINS_PACKAGE[family]);
  return [...new Set(names)];
}

/** What is missing and the command that brings it, for a person. */
export function missingMessage(
  tools: readonly SystemTool[],
  plugins: readonly string[],
  system: Distribution,
  root: boolean,
): string {
  const parts = [
    tools.length > 0 ? `tools: ${tools.map((tool) => `${tool.name} (${tool.use})`).join(', ')}` : '',
    plugins.length > 0 ? `CNI plugins: ${plugins.join(', ')}` : '',
  ].filter(Boolean);
  const what = `this machine lacks ${parts.join('; ')}.`;
  if (system.family === undefined) {
    return `${what}\nInstall them with the package manager of ${system.name} (packages iproute2, tcpdump, iputils, nftables, iptables, util-linux, libcap, bash, busybox, cni-plugins or their like), then run this again.`;
  }
  const command = installCommand(system.family, packagesFor(system.family, tools, plugins), root);
  return `${what}\nOn ${system.name} this installs them, then run this again:\n\n  ${command}\n`;
}

/** Empty when it worked, else what went wrong, to be put under the message that says what is missing. */
async function aptInstall(packages: readonly string[]): Promise<string> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' };
  const lock = `DPkg::Lock::Timeout=${DPKG_LOCK_TIMEOUT_S}`;
  return await withProgress(`Installing ${packages.join(' ')} by apt`, 60, async () => {
    const steps = [
      ['apt-get', 'update', '-q'],
      ['apt-get', 'install', '-q', '-y', '--no-install-recommends', '-o', lock, ...packages],
    ];
    let said = '';
    for (const argv of steps) {
      const result = await run(argv, { env });
      // A failed update is no reason to give up: what is needed may be in the lists that are there.
      if (result.exitCode === 0) continue;
      said += `\n${argv.slice(0, 2).join(' ')} failed with exit code ${result.exitCode}:\n${tail(result.stderr || result.stdout)}\n`;
    }
    return said;
  });
}
