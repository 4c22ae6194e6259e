// `npm run doctor`: a table of each need, found or not, version, where from, what to do. It changes nothing.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Check, ready } from './doctor/check.ts';
import { checkClusters } from './doctor/clusters.ts';
import { canProbe, checkBridgeNetfilter, checkKernel } from './doctor/kernel.ts';
import { checkEngine, checkPlugins, checkProject, checkTools } from './doctor/programs.ts';
import { renderChecks } from './doctor/render.ts';
import { thisDistribution } from './setup/distribution.ts';
import { EXIT_NOT_READY } from './setup/not-ready.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const USAGE = 'usage: npm run doctor [-- --json]\n';

try {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) process.stdout.write(USAGE);
  else await examine(values.json === true);
} catch (error) {
  if ((error as { code?: string }).code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw error;
  process.stderr.write(`doctor: ${(error as Error).message}\n${USAGE}`);
  process.exitCode = 2;
}

async function examine(json: boolean): Promise<void> {
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
    : renderChecks(checks, process.stdout.columns);
  process.stdout.write(`${text}\n`);
  if (!ready(checks)) process.exitCode = EXIT_NOT_READY;
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
