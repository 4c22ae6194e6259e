// Nodes by `minikube ssh`: as root, by sudo, with pipes where minikube would give a terminal.
import { shellQuote } from '../../util/shell-quote.ts';
import { hasTerminal } from '../kubernetes/has-terminal.ts';
import type { NodeAccess } from '../kubernetes/node-access.ts';
import { minikubeCommand, minikubeEnv, minikubeEnvironment } from './minikube.ts';
import type { MinikubeFacts } from './profile.ts';

/** minikube's own client always asks for one. */
const NO_TERMINAL = ['--native-ssh=false'];

/**
 * minikube's own SSH client always asks for a terminal, which changes what passes through it; `--native-ssh=false` starts
 * the ssh command, which asks for none when it is given a command and hands the streams through as they are
 * (pkg/libmachine/ssh/client.go). Either takes whatever host key the node has: it is on this machine, and was made with it.
 */
export function sshAccess(facts: MinikubeFacts): NodeAccess {
  const argv = (node: string, client: readonly string[], command: readonly string[]) => [
    minikubeCommand(),
    ...['ssh', '--profile', facts.cluster, '--node', node, ...client, '--'],
    // ssh joins its words for the shell of user `docker`, who may become root without a password.
    shellQuote(['sudo', '-n', '--', ...command]),
  ];
  return {
    name: 'minikube ssh',
    enter: (node, command) => ({
      argv: argv(node, NO_TERMINAL, command),
      env: minikubeEnv(facts),
    }),
    shell: (node, command) => ({
      argv: argv(node, hasTerminal() ? [] : NO_TERMINAL, command),
      env: minikubeEnvironment(facts),
    }),
  };
}
