// Starts the minikube command: with our kubeconfig, the user's own minikube directory, and its events told as progress.

import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { exec, killGroup, startProcess } from '../../util/exec.ts';
import { ownEnvironment } from '../../util/own-environment.ts';
import { findTool } from '../../util/tools.ts';
import type { Operation } from '../backend.ts';
import { parseEvent } from './events.ts';
import type { MinikubeResult } from './failure.ts';
import type { MinikubeFacts } from './profile.ts';

/** Of commands that only ask. minikube asks the driver, which may hang. */
const ASK_TIMEOUT_MS = 60_000;

export function findMinikube(): string | undefined {
  return findTool('minikube');
}

/** Added to this process's environment for minikube. Without a kubeconfig, one that is nowhere: never the user's own. */
export function minikubeEnv(
  facts: MinikubeFacts,
  kubeconfig: string = path.join(tmpdir(), `${facts.cluster}-no-kubeconfig`),
): Readonly<Record<string, string>> {
  return {
    KUBECONFIG: kubeconfig,
    MINIKUBE_HOME: facts.home,
    MINIKUBE_WANTUPDATENOTIFICATION: 'false',
  };
}

/** A question to minikube. @throws AbortError; Error when there is no minikube, or it does not answer in time */
export async function askMinikube(
  args: readonly string[],
  facts: MinikubeFacts,
  { signal }: Operation,
): Promise<MinikubeResult> {
  const result = await exec([minikubeCommand(), ...args], {
    env: minikubeEnvironment(facts),
    timeoutMs: ASK_TIMEOUT_MS,
    signal,
  });
  if (result.timedOut)
    throw new Error(
      `minikube ${args[0]} has not answered for ${ASK_TIMEOUT_MS / 1000} s\nlook whether its driver answers (docker ps, virsh list), then run it again`,
    );
  return result;
}

/**
 * Runs minikube to its end and tells what it does. On abort its process group is killed: what it had made stays, for delete.
 * @throws AbortError; Error when there is no minikube
 */
export async function runMinikube(
  args: readonly string[],
  facts: MinikubeFacts,
  kubeconfig: string | undefined,
  { signal, progress }: Operation,
): Promise<MinikubeResult> {
  signal.throwIfAborted();
  const child = startProcess([minikubeCommand(), ...args], {
    env: minikubeEnvironment(facts, kubeconfig),
  });
  const kill = () => killGroup(child.pid, 'SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  child.stdin.on('error', () => undefined).end();
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const said = progressOf(line);
    if (said) progress?.(said);
  });
  try {
    const result = await child;
    signal.throwIfAborted();
    return { exitCode: result.exitCode ?? 127, stdout: lines.join('\n'), stderr };
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/** What a line of minikube's is worth telling as: its steps and downloads, not its hints. */
function progressOf(line: string): string | undefined {
  const event = parseEvent(line);
  // The last one is about kubectl, whose configuration is left as it is.
  if (event?.kind === 'step' && event.current < event.total) return event.message.split('\n')[0];
  if (event?.kind === 'download') return `downloading ${event.artifact}`;
  return undefined;
}

/** @throws Error when there is none */
export function minikubeCommand(): string {
  const found = findMinikube();
  if (found === undefined)
    throw new Error('there is no minikube on PATH\ninstall it: https://minikube.sigs.k8s.io/docs/start/');
  return found;
}

/** This process's environment with minikubeEnv, for what takes a complete one. */
export function minikubeEnvironment(facts: MinikubeFacts, kubeconfig?: string): Record<string, string> {
  return ownEnvironment(minikubeEnv(facts, kubeconfig));
}
