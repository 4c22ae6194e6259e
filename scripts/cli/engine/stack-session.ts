// A Pulumi stack as the command uses it: what an earlier, killed engine left is cleared, and as few engines as possible run.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { exec } from '../../../infra/util/exec.ts';
import { CliError, environmentError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { PROJECT, ROOT } from '../project.ts';
import { initArguments } from './engine-options.ts';
import { removeAbandonedTemporary } from './engine-temporary.ts';
import { engineEnvironment } from './environment.ts';
import { cleanMessage } from './failures.ts';
import {
  backendDirectory,
  isLocked,
  removeHalfWritten,
  removeStaleLocks,
  stackInBackend,
} from './file-backend.ts';
import { endOrphans, findAbandonedEngines, findOrphans } from './orphans.ts';
import { onStopRequests } from './stop-requests.ts';

export interface StackSession {
  readonly stack: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where Pulumi's state is. */
  readonly backendUrl: string;
  /** Of a file backend. */
  readonly directory?: string;
}

export async function openStack(stack: string): Promise<StackSession> {
  const { env, backendUrl } = await engineEnvironment();
  const directory = backendDirectory(backendUrl, ROOT);
  return { stack, env, backendUrl, ...(directory !== undefined && { directory }) };
}

/** Ends plugins of dead engines and removes the locks those left. `say` gets a line for each thing done. */
export async function clearLeftovers(session: StackSession, say: (line: string) => void): Promise<void> {
  const engines = findAbandonedEngines(ROOT, session.stack);
  if (engines.length > 0) {
    say('Stopping what a killed command left running …');
    await endOrphans(engines);
  }
  const orphans = await findOrphans(ROOT);
  if (orphans.length > 0) {
    say('Stopping what a killed engine left running …');
    await endOrphans(orphans);
  }
  await removeAbandonedTemporary(session.stack);
  if (session.directory === undefined) return;
  const place = { directory: session.directory, project: PROJECT, stack: session.stack };
  for (const holder of await removeStaleLocks(place)) {
    say(`Removed the lock of an engine that was killed (PID ${holder.pid}, ${holder.timestamp}).`);
  }
  if (!(await isLocked(place))) await removeHalfWritten(place);
}

/** For what touches a lab without an engine, which would see to it. @throws CliError while another command works on the stack */
export async function refuseWhileLocked({ directory, stack }: StackSession): Promise<void> {
  if (directory === undefined || !(await isLocked({ directory, project: PROJECT, stack }))) return;
  throw environmentError(`another command works on stack "${stack}" at this moment`, AWAIT_LOCK);
}

/** Whether the backend has the stack; undefined when only the engine could tell. */
export async function stackExists({ directory, stack }: StackSession): Promise<boolean | undefined> {
  return directory === undefined ? undefined : stackInBackend({ directory, project: PROJECT, stack });
}

/**
 * Makes the stack, unless it is there. Told to stop it waits for the engine, whose lock would keep the next command out.
 * @param goOn for the message when it was stopped
 * @returns whether it was made now
 * @throws CliError with the engine's own words
 */
export async function ensureStack(session: StackSession, goOn: readonly string[]): Promise<boolean> {
  if (await stackExists(session)) return false;
  const { stack, env, directory } = session;
  // The engine would make it for everybody to read, and what is secret in it is encrypted with no passphrase but the user's.
  // One that is there is as its owner wants it. What keeps it from being made, the engine says.
  if (directory !== undefined)
    await mkdir(path.join(directory, '.pulumi'), { mode: 0o700 }).catch(() => undefined);
  const abort = new AbortController();
  let stopped = false;
  const ignore = onStopRequests((request) => {
    stopped = true;
    if (request === 'now') abort.abort();
  });
  const options = { cwd: ROOT, env, signal: abort.signal };
  const result = await exec(['pulumi', ...initArguments(stack)], options)
    .catch((error: unknown) => {
      if (!stopped) throw error;
    })
    .finally(ignore);
  if (abort.signal.aborted) await clearLeftovers(session, () => {});
  if (stopped || !result) throw stoppedError(stack, goOn);
  if (result.exitCode === 0) return true;
  if (/already exists/.test(result.stderr)) return false;
  throw environmentError(
    `the Pulumi stack "${session.stack}" cannot be made in ${session.backendUrl}: ${cleanMessage(result.stderr)}`,
    ...engineHints(result.stderr),
  );
}

/** The command was told to stop before the lab was what it is to be. */
export function stoppedError(stack: string, goOn: readonly string[]): CliError {
  return new CliError(`stopped; the lab under stack "${stack}" is not complete`, goOn, EXIT.interrupted);
}

const AWAIT_LOCK = 'wait for it; if it runs on no machine any more: npm run pulumi -- cancel';

/** The engine did nothing, because another one is at work on the stack. */
export function saysLocked(text: string): boolean {
  return /currently locked/.test(text);
}

/** What to do about the engine's own complaints. */
export function engineHints(text: string): readonly string[] {
  if (/passphrase/.test(text)) {
    return [
      'the stack was made with another passphrase: set PULUMI_CONFIG_PASSPHRASE (or PULUMI_CONFIG_PASSPHRASE_FILE) to that one',
    ];
  }
  if (saysLocked(text)) return [`another command works on this stack: ${AWAIT_LOCK}`];
  if (/ENOENT|not found|cannot be started/.test(text) && /pulumi/.test(text))
    return ['npm run doctor shows what is missing'];
  if (/no such host|connection refused|dial tcp|i\/o timeout/.test(text)) {
    return [
      'the Pulumi backend cannot be reached; to keep the state on this machine: export PULUMI_BACKEND_URL=file://~',
    ];
  }
  return [];
}
