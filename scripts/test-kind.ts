// `npm run test:kind`: the labs on real clusters of kind, one at a time. Apart from `npm test`, since it takes a container runtime.
import { fileURLToPath } from 'node:url';
import { loadBackend } from '../infra/backends/registry.ts';
import { settingVariable } from '../infra/backends/setting-variable.ts';
import { toldSettings } from './cli/backend-settings.ts';
import { CliError } from './cli/cli-error.ts';
import { NotReady } from './setup/not-ready.mjs';
import { findResourcePlugin } from './test/resource-plugin.ts';
import { runStages } from './test/run-stages.ts';
import { vitestStage } from './test/stage.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const OBJECTS = settingVariable('kind', 'objects');

const words = process.argv.slice(2);

if (words.includes('--help') || words.includes('-h')) {
  process.stdout.write(
    'usage: npm run test:kind [-- file… -t name…]\nsettings of kind are taken from CNILAB_KIND_<SETTING>: docs/backends/kind.md\n',
  );
} else {
  process.chdir(ROOT);
  const refusal = await whyNot();
  if (refusal) throw new NotReady(`npm run test:kind cannot run here: ${refusal}`);
  choosePods();
  // Two labs may want the same underlay, and each is a cluster: not side by side.
  process.exitCode = await runStages([vitestStage('kind')], ['--no-file-parallelism', ...words]);
}

/** Why kind cannot be used with what the environment says of it, and what to do; undefined when it can. Nothing is made. */
async function whyNot(): Promise<string | undefined> {
  const backend = await loadBackend('kind');
  try {
    const refusal = await backend.probe('auto', toldSettings(backend, {}));
    return refusal && `${refusal.reason}\n  → ${refusal.fix}`;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [error.message, ...error.hints.map((hint) => `  → ${hint}`)].join('\n');
  }
}

/** The tests never download a plugin of Pulumi's: without it, pods are made by cnilab itself, and that is told. */
function choosePods(): void {
  if (process.env[OBJECTS]) return;
  const plugin = findResourcePlugin('kubernetes', '@pulumi/kubernetes');
  if (plugin === undefined) {
    process.env[OBJECTS] = 'cnilab';
    process.stdout.write(
      `Pulumi's plugin kubernetes is not installed: pods are made by cnilab itself (${OBJECTS}=cnilab)\n`,
    );
  } else {
    // Each test has a Pulumi home of its own; on PATH the engine finds the plugin all the same.
    process.env.PATH = `${plugin}:${process.env.PATH}`;
  }
}
