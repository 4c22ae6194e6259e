// The agent on a node of a real cluster: started through whatever way there is onto the node, its script sent ahead on its input.
import { startProcess } from '../../util/exec.ts';
import { ownEnvironment } from '../../util/own-environment.ts';
import type { AgentGate } from '../agent-gate.ts';
import { scriptText } from '../netns/script-text.ts';
import { allSyscallNumbers } from '../netns/syscalls.ts';
import type { NodeAccess } from './node-access.ts';

/** Where the agent keeps what its taps write; on a tmpfs of every node. */
const SCRATCH = '/run/cnilab';

/**
 * Reads a length and that many bytes of program from standard input without reading ahead, keeps the numbers of system
 * calls for this processor, removes what agents that were killed have left half a day ago, and becomes the program.
 */
const BOOT = [
  'sub get { my ($n, $t) = ($_[0], ""); while (length $t < $n) { sysread(STDIN, $t, $n - length $t, length $t) or exit } $t }',
  'chomp(my $m = qx(uname -m));',
  'my $dir = shift; mkdir $dir, 0700;',
  'for (glob "$dir/.tap-*") { unlink if -M > 0.5 }',
  '@ARGV = ((map { /^(\\w+)\\/(.*)/ && $1 eq $m ? $2 : () } @ARGV), $dir);',
  '$ENV{PATH} = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"; $ENV{LANG} = "C"; $ENV{HOME} = "/root";',
  'eval get(unpack "N", get(4)); die $@',
].join(' ');

/** @param node as Kubernetes calls it */
export function nodeGate(access: NodeAccess, node: string): AgentGate {
  return {
    gone: () => undefined,
    whyEnded: () => `the way onto node ${node} (${access.name}) is not there, or not any more`,
    start() {
      const perl = ['perl', '-e', BOOT, SCRATCH, ...allSyscallNumbers()];
      const { argv, env } = access.enter(node, perl);
      const child = startProcess(argv, env && { env: ownEnvironment(env) });
      const script = Buffer.from(scriptText('agent.pl'));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(script.length);
      // Its end is told by the process's own.
      child.stdin.on('error', () => undefined);
      child.stdin.write(Buffer.concat([length, script]));
      return child;
    },
  };
}
