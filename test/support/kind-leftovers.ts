// What a container runtime holds of the clusters of a stack, by the label that all of it bears.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_RUNTIME, findRuntime } from '../../infra/backends/kind/find-runtime.ts';
import { CLUSTER_LABEL } from '../../infra/backends/kind/kind-facts.ts';
import { exec } from '../../infra/util/exec.ts';
import type { LabSession } from './lab-session.ts';

export interface StackClusters {
  /** Names of containers, of running and of stopped ones. */
  containers(): Promise<readonly string[]>;
  networks(): Promise<readonly string[]>;
  /** As somebody would by hand. */
  removeContainers(): Promise<void>;
}

export function clustersOf(stack: string, env: Readonly<Record<string, string>>): StackClusters {
  const runtime = findRuntime(env.CNILAB_KIND_PROVIDER, env) ?? DEFAULT_RUNTIME;
  const run = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await exec([runtime, ...args], { env, timeoutMs: 60_000 });
    if (exitCode !== 0) throw new Error(`${runtime} ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  /** A cluster's id is the stack's name and something random. */
  const listed = async (name: string, ...words: readonly string[]) => {
    const format = `{{.Label "${CLUSTER_LABEL}"}} {{.${name}}}`;
    const lines = (await run(...words, '--filter', `label=${CLUSTER_LABEL}`, '--format', format)).split('\n');
    return lines.flatMap((line) => {
      const [id = '', called = ''] = line.split(' ');
      return id.replace(/-[^-]*$/, '') === stack && called ? [called] : [];
    });
  };
  const containers = () => listed('Names', 'ps', '--all');
  return {
    containers,
    networks: () => listed('Name', 'network', 'ls'),
    removeContainers: async () => {
      await run('rm', '--force', '--volumes', ...(await containers()));
    },
  };
}

/** All that is there because of a stack, in the container runtime and in the state directory. */
export async function leftOf(session: LabSession, stack: string): Promise<readonly string[]> {
  const clusters = clustersOf(stack, session.env);
  const [containers, networks] = await Promise.all([clusters.containers(), clusters.networks()]);
  const state = (kind: string) =>
    names(path.join(session.directory, 'state', kind))
      .filter((name) => name === stack || name.replace(/-[^-]*$/, '') === stack)
      .map((name) => `${kind}/${name}`);
  return [
    ...containers.map((name) => `container ${name}`),
    ...networks.map((name) => `network ${name}`),
    ...state('stacks'),
    ...state('clusters'),
  ];
}

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
