// The one connection to a machine that all its commands share (ControlMaster): a command then costs no key exchange.
import { existsSync } from 'node:fs';
import { startProcess } from '../../util/exec.ts';
import { remoteCommand, type SshFiles, sshOptions } from './ssh-argv.ts';
import { type SshHost, sshHostText } from './ssh-host.ts';
import { sshProblem } from './ssh-problem.ts';

const CLOSE_GRACE_MS = 500;

export interface SshConnection {
  /** Ends it, and every command that goes through it. */
  close(): Promise<void>;
}

/**
 * Opens it, as root there. Its command reads our pipe, so however this process ends, it ends too.
 * @param client argv of the ssh client
 * @throws Error with one message: what keeps us out, and what to do
 */
export async function openConnection(
  client: readonly string[],
  host: SshHost,
  files: SshFiles,
  signal?: AbortSignal,
): Promise<SshConnection> {
  signal?.throwIfAborted();
  const missing = [host.privateKeyFile, host.agent].find((file) => file !== undefined && !existsSync(file));
  if (missing !== undefined) throw new Error(noKey(host, missing));
  const command = remoteCommand(host, ['sh', '-c', 'echo ready; exec cat >/dev/null']);
  const child = startProcess([...client, '-T', ...sshOptions(host, files, 'own'), '--', host.host, command]);
  child.stdin.on('error', () => undefined);
  let stderr = '';
  child.stderr.on('data', (piece: Buffer) => {
    stderr = (stderr + piece.toString()).slice(-8000);
  });
  const close = async () => {
    child.stdin.end();
    // It waits for commands that still go through it.
    const timer = setTimeout(() => child.kill('SIGTERM'), CLOSE_GRACE_MS);
    await child;
    clearTimeout(timer);
  };
  const abort = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const ready = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    const ended = child.then((result) => result.shortMessage ?? '');
    const why = await Promise.race([ready, ended]);
    if (why === undefined) return { close };
    signal?.throwIfAborted();
    throw new Error(whyNot(host, stderr, why));
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** ssh itself is silent about it. */
function noKey(host: SshHost, file: string): string {
  const what = file === host.agent ? 'ssh agent socket' : 'private key';
  return `there is no ${what} ${file}, which ${sshHostText(host)} is to be entered with\nname one that exists`;
}

function whyNot(host: SshHost, stderr: string, why: string): string {
  const problem = sshProblem(host, stderr);
  if (problem) return `${problem.reason}\n${problem.fix}`;
  const said = stderr.trim() || why;
  return /ENOENT/.test(why)
    ? 'there is no ssh client here\ninstall OpenSSH: apt-get install openssh-client (or your distribution’s package)'
    : `${sshHostText(host)} cannot be reached by ssh: ${said}\ntry it by hand: ssh -l ${host.user} ${host.host}`;
}
