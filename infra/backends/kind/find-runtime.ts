// Which container runtime kind would use on this machine, found without starting a process.
import { closeSync, openSync, readSync } from 'node:fs';
import { findTool } from '../../util/tools.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Commands that kind knows (pkg/internal/runtime/runtime.go). */
export const RUNTIMES: readonly string[] = ['docker', 'nerdctl', 'finch', 'nerdctl.lima', 'podman'];
/** What kind takes when it finds none of them. */
export const DEFAULT_RUNTIME = 'docker';
/** In the order in which kind looks (pkg/cluster/provider.go, DetectNodeProvider). */
const DETECTED = ['docker', 'nerdctl', 'finch', 'podman'] as const;

/** Variables by which a runtime's command finds its daemon. They are a cluster's own: another value is another daemon. */
const ADDRESS_VARIABLES: readonly string[] = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_TLS_VERIFY',
  'DOCKER_CERT_PATH',
  'CONTAINER_HOST',
  'CONTAINER_CONNECTION',
  'CONTAINERD_ADDRESS',
  'CONTAINERD_NAMESPACE',
];

/**
 * As kind decides it: what was asked for, then `KIND_EXPERIMENTAL_PROVIDER` if kind knows its value, then the first that
 * is installed. A `docker` that is podman in disguise is none to kind, which asks it for its version.
 * @returns undefined when none is installed
 */
export function findRuntime(asked: string | undefined, env: Env): string | undefined {
  if (asked) return asked;
  const wanted = env.KIND_EXPERIMENTAL_PROVIDER;
  if (wanted && RUNTIMES.includes(wanted)) return wanted;
  return DETECTED.find((name) => {
    const file = findTool(name, env);
    return file !== undefined && !(name === 'docker' && isPodmansDocker(file));
  });
}

/** The variables among those that find a daemon that are set, to be kept with the cluster. */
export function runtimeAddress(env: Env): Record<string, string> {
  return Object.fromEntries(
    ADDRESS_VARIABLES.flatMap((name) => {
      const value = env[name];
      return value ? [[name, value]] : [];
    }),
  );
}

/** An environment in which the runtime finds the cluster's daemon, whatever is set there now. */
export function environmentFor(
  facts: Readonly<Record<string, string | number>>,
  env: Env = process.env,
): Record<string, string> {
  const others = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !ADDRESS_VARIABLES.includes(entry[0]),
  );
  return { ...Object.fromEntries(others), ...addressOf(facts) };
}

/** The part of a cluster's facts that finds its daemon, as environment. */
export function addressOf(facts: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(
    ADDRESS_VARIABLES.flatMap((name) => (typeof facts[name] === 'string' ? [[name, facts[name]]] : [])),
  );
}

/** The package podman-docker installs a shell script of a few lines that runs podman; docker itself is a binary. */
function isPodmansDocker(file: string): boolean {
  const start = Buffer.alloc(512);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const text = start.subarray(0, readSync(descriptor, start)).toString('latin1');
    return text.startsWith('#!') && text.includes('podman');
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
