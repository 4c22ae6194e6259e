// Looks at every need of the project, and prints what was found.
import { fileURLToPath } from 'node:url';
import { asTyped } from '../cli/spelling.ts';
import { thisDistribution } from '../setup/distribution.ts';
import { EXIT_NOT_READY } from '../setup/not-ready.mjs';
import { type Check, ready } from './check.ts';
import { checkClusters } from './clusters.ts';
import { canProbe, checkBridgeNetfilter, checkKernel } from './kernel.ts';
import { checkEngine, checkPlugins, checkProject, checkTools } from './programs.ts';
import { renderChecks } from './render.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Prints a table, or JSON. @returns the exit code */
export async function examine(json: boolean): Promise<number> {
  const situation = { root: process.getuid?.() === 0, system: thisDistribution() };
  const clusters = checkClusters();
  const groups = await Promise.all([
    checkProject(ROOT),
    checkEngine(),
    checkTools(situation),
    checkPlugins(situation),
    canProbe() ? checkKernel() : [untried()],
  ]);
  const checks = [...groups.flat(), checkBridgeNetfilter(), ...(await clusters)];
  const text = json
    ? JSON.stringify({ ready: ready(checks), system: situation.system.name, checks }, undefined, 2)
    : asTyped(renderChecks(checks, process.stdout.columns));
  process.stdout.write(`${text}\n`);
  return ready(checks) ? 0 : EXIT_NOT_READY;
}

function untried(): Check {
  return {
    need: 'kernel',
    use: 'namespaces and virtual links',
    required: true,
    found: false,
    from: 'not tried',
    advice: 'install the tools above first: ip, nft, unshare and setpriv are needed to try it',
  };
}
