// Makes and ends a sandbox: a holder in its own user, mount, PID, network, UTS and IPC namespaces, with a root of its own.
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { startProcess } from '../../util/exec.ts';
import { bootId, processStart } from '../../util/process-identity.ts';
import { cniPluginDirs, findTool } from '../../util/tools.ts';
import { HostError } from '../host-error.ts';
import { LAB_ENV } from './enter.ts';
import { kernelRefusal } from './isolation.ts';
import { labUser } from './lab-user.ts';
import { pauseProgram } from './pause-program.ts';
import { isHolderAlive, type SandboxFacts } from './sandbox-facts.ts';
import { scriptText } from './script-text.ts';
import { syscallNumbers } from './syscalls.ts';

/** How the outer user namespace is made; see docs/decisions on isolation. */
export type Isolation = 'rootless' | 'root';

export interface SandboxOptions {
  readonly isolation: Isolation;
  /** Shell text that the keeper runs once, inside (it makes the underlay and the nodes). */
  readonly script: string;
  /** Awaited with the facts before the sandbox does anything; if we die before it returns, nothing is left. */
  readonly record: (facts: SandboxFacts) => Promise<void>;
  readonly signal: AbortSignal;
}

/** The argv that gives `command` a user, mount and PID namespace of its own. */
export function outerArgv(isolation: Isolation, command: readonly string[]): readonly string[] {
  const unshare = [
    'unshare',
    '-U',
    '-m',
    '-p',
    '--map-root-user',
    '--fork',
    '--propagation',
    'private',
    '--',
    ...command,
  ];
  const { uid, gid } = labUser();
  if (isolation === 'rootless' || uid < 0) return unshare;
  // Where unprivileged user namespaces are restricted (AppArmor on Ubuntu), CAP_SYS_ADMIN lifts the restriction; it is
  // lost on entering the new user namespace, which the lab's own uid then owns all the same.
  const caps = ['--inh-caps=+sys_admin', '--ambient-caps=+sys_admin'];
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...caps, '--', ...unshare];
}

/** uid and gid with which outerArgv is to be started. */
export function outerCredentials(isolation: Isolation): { readonly uid?: number; readonly gid?: number } {
  const { uid, gid } = labUser();
  return isolation === 'root' || uid < 0 ? {} : { uid, gid };
}

/**
 * @throws HostError with what the failing step printed; nothing is left behind then.
 */
export async function startSandbox(
  options: SandboxOptions,
): Promise<{ facts: SandboxFacts; printed: readonly string[] }> {
  options.signal.throwIfAborted();
  const argv = outerArgv(options.isolation, ['/bin/sh', '-c', 'eval "$LAB_SANDBOX"', 'cnilab-sandbox']);
  const setcap = findTool('setcap');
  const child = startProcess(argv, {
    env: {
      ...LAB_ENV,
      LAB_BINDS: cniPluginDirs()
        .filter((dir) => !dir.startsWith('/usr/'))
        .join('\n'),
      // In the environment, not in the arguments, which everybody reads in `ps`.
      LAB_SANDBOX: scriptText('sandbox.sh'),
      LAB_COMPOSE: scriptText('compose-root.pl'),
      LAB_PAUSE: pauseProgram().toString('hex'),
      LAB_SYSCALLS: syscallNumbers().join(' '),
      LAB_KEEPER: scriptText('keeper.sh'),
      ...(setcap && { SETCAP: setcap }),
    },
    ...outerCredentials(options.isolation),
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  let facts: SandboxFacts | undefined;
  const printed: string[] = [];
  const stop = () => facts && killHolder(facts);
  options.signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('holder ')) {
        const holder = Number(line.slice(7));
        facts = {
          holder,
          holderStart: processStart(holder) ?? '',
          bootId: bootId(),
          keeper: 0,
          ...labUser(),
        };
        await options.record(facts);
        child.stdin.end(`go\n${options.script}\n`);
      } else if (facts && line.startsWith('keeper ')) facts = { ...facts, keeper: Number(line.slice(7)) };
      else if (facts && line === 'ready') {
        child.nodeChildProcess.unref();
        for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
        return { facts, printed };
      } else printed.push(line);
    }
    options.signal.throwIfAborted();
    // What it said may arrive after the end of what it printed.
    await finished(child.stderr).catch(() => undefined);
    const refusal = kernelRefusal(stderr);
    if (refusal) throw new Error(`${refusal.reason}\n${refusal.fix}`);
    throw new HostError(
      'failed',
      'the sandbox',
      argv.slice(0, argv.indexOf('/bin/sh')),
      'the sandbox could not be made',
      stderr,
    );
  } catch (error) {
    stop();
    child.stdin.destroy();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', stop);
  }
}

function killHolder(facts: SandboxFacts): void {
  if (!isHolderAlive(facts)) return;
  try {
    process.kill(facts.holder, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Kills the holder, upon which the kernel ends every process of the sandbox; resolves when the holder is gone. Idempotent. */
export async function endSandbox(facts: SandboxFacts): Promise<void> {
  killHolder(facts);
  // The holder is not our child and Node has no pidfd, so there is no event to wait for. The kernel lets the holder
  // go only after the last process of its PID namespace (pid_namespaces(7)).
  while (isHolderAlive(facts)) await new Promise((resolve) => setTimeout(resolve, 3));
}
