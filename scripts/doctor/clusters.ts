// Checks of the backends that are Kubernetes: whether each can be used here, by its own word. None is ever required.

import type { Backend } from '../../infra/backends/backend.ts';
import { findRuntime, runtimeAddress } from '../../infra/backends/kind/find-runtime.ts';
import { Runtime } from '../../infra/backends/kind/runtime.ts';
import { nodeImage } from '../../infra/backends/kind/settings.ts';
import type { Refusal } from '../../infra/backends/kubernetes/cluster-tool.ts';
import { backendNames, backendTraits, loadBackend } from '../../infra/backends/registry.ts';
import { settingProblem } from '../../infra/backends/setting-problem.ts';
import { settingsFromEnvironment, settingVariable } from '../../infra/backends/setting-variable.ts';
import { findTool } from '../../infra/util/tools.ts';
import { run } from '../setup/run.ts';
import { formatVersion, parseVersion } from '../setup/version.ts';
import type { Check } from './check.ts';

/** Argv that prints the version of the program that a backend makes its clusters with. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  kind: ['kind', '--version'],
  minikube: ['minikube', 'version', '--short'],
  k3s: ['k3s', '--version'],
};
const KUBECTL = ['kubectl', 'version', '--client'];

type Env = Readonly<Record<string, string | undefined>>;

export async function checkClusters(env: Env = process.env): Promise<Check[]> {
  const names = backendNames().filter((name) => backendTraits(name).kubernetes);
  const [backends, image, kubectl] = await Promise.all([
    Promise.all(names.map((name) => checkBackend(name, env))),
    checkNodeImage(env),
    program(KUBECTL),
  ]);
  const usable = (name: string) => backends.some(({ need, found }) => found && need === needOf(name));
  return [
    ...backends,
    // Who has no kind needs no image of it.
    ...(usable('kind') && image ? [image] : []),
    {
      need: 'kubectl',
      use: 'nodes that are entered by a privileged pod',
      required: false,
      found: kubectl !== undefined,
      ...kubectl,
    },
  ];
}

const needOf = (backend: string) => `backend ${backend}`;

/** With the settings that the environment says: those are what `npm run test:kind` takes. */
async function checkBackend(name: string, env: Env): Promise<Check> {
  const backend = await loadBackend(name);
  const [refusal, found] = await Promise.all([
    misunderstood(backend, env) ?? backend.probe('auto', settingsFromEnvironment(name, env)),
    program(PROGRAMS[name]),
  ]);
  return {
    need: needOf(name),
    use: name === 'kind' ? 'npm run test:kind; labs with --backend kind' : `labs with --backend ${name}`,
    required: false,
    found: refusal === undefined,
    ...found,
    ...(refusal && { advice: oneLine(refusal) }),
  };
}

function misunderstood(backend: Backend, env: Env): Refusal | undefined {
  for (const [key, value] of Object.entries(settingsFromEnvironment(backend.name, env))) {
    const problem = settingProblem(backend, key, value);
    if (problem) {
      return { reason: `${settingVariable(backend.name, key)}: ${problem.message}`, fix: problem.hint };
    }
  }
  return undefined;
}

/** Some reasons are lists, which whoever asks for that backend is shown. */
function oneLine({ reason, fix }: Refusal): string {
  const [first = ''] = reason.split('\n');
  return `${first.replace(/:$/, '')}: ${fix.replaceAll('\n', '; ')}`;
}

/** kind pulls an image that is not there, which takes a registry and minutes. @returns undefined when the runtime cannot say */
async function checkNodeImage(env: Env): Promise<Check | undefined> {
  const settings = settingsFromEnvironment('kind', env);
  const runtime = findRuntime(settings.provider, env);
  if (runtime === undefined) return undefined;
  // Without a word on it kind takes its own for its version, whose tag only kind knows.
  const image = nodeImage(settings) ?? 'kindest/node';
  try {
    const lines = await new Runtime({ ...runtimeAddress(env), runtime }).lines(['images', '--quiet', image]);
    const found = lines.length > 0;
    return {
      need: "kind's node image",
      use: 'npm run test:kind; labs with --backend kind',
      required: false,
      found,
      from: found ? image : `${image}: kind pulls it`,
    };
  } catch {
    return undefined;
  }
}

async function program(argv: readonly string[] = []): Promise<Pick<Check, 'from' | 'version'> | undefined> {
  const [name, ...args] = argv;
  const file = name === undefined ? undefined : findTool(name);
  if (file === undefined) return undefined;
  const { stdout } = await run([file, ...args]);
  const version = parseVersion(stdout);
  return { from: file, ...(version && { version: formatVersion(version) }) };
}
