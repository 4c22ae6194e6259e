// How a process gets into the sandbox, in two steps: into its PID namespace as root of the outer user namespace, then
// into the nested user namespace, where `keepcaps` keeps the capabilities that an exec with a non-zero uid would lose.
import type { SandboxFacts } from './sandbox-facts.ts';

/** Environment that processes in a lab start with: nothing of the machine's leaks in. */
export const LAB_ENV: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/',
  LANG: 'C',
};

/**
 * @param pid the process inside whose namespaces are entered: the keeper, a node's keeper or a pod's pause process
 * @param argv what to run there
 */
export function enterArgv(facts: SandboxFacts, pid: number, argv: readonly string[]): readonly string[] {
  return [
    ...['nsenter', '-t', String(facts.holder), '-U', '--preserve-credentials', '-p', '-m', '--'],
    ...['nsenter', '-t', String(pid), '-U', '--preserve-credentials', '-m', '-n', '-u', '-i', '--'],
    ...['/opt/cnilab/keepcaps', '--inh-caps=+all', '--ambient-caps=+all', '--'],
    ...argv,
  ];
}

/** The machine's uid and gid to start an entering process with. */
export function enterCredentials(facts: SandboxFacts): { readonly uid?: number; readonly gid?: number } {
  return facts.uid < 0 ? {} : { uid: facts.uid, gid: facts.gid };
}
