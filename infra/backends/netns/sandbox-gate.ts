// The agent of a node of a sandbox: entered by nsenter, its files read through the holder's root.
import { unlinkSync } from 'node:fs';
import { startProcess } from '../../util/exec.ts';
import type { AgentGate } from '../agent-gate.ts';
import { enterArgv, enterCredentials, LAB_ENV } from './enter.ts';
import { isHolderAlive, labPath, readLabFile, type SandboxFacts } from './sandbox-facts.ts';
import { scriptText } from './script-text.ts';
import { syscallNumbers } from './syscalls.ts';

const SANDBOX_GONE = 'the sandbox is gone (killed, or the machine was restarted)';

/** @param pid process inside whose namespaces jobs run in */
export function sandboxGate(facts: SandboxFacts, pid: number): AgentGate {
  return {
    gone: () => (isHolderAlive(facts) ? undefined : SANDBOX_GONE),
    whyEnded: () => (isHolderAlive(facts) ? 'the node cannot be entered' : SANDBOX_GONE),

    start() {
      // In the environment, not in the arguments, which everybody reads in `ps`.
      const perl = ['perl', '-e', 'eval delete $ENV{LAB_AGENT}; die $@', ...syscallNumbers()];
      const env = { ...LAB_ENV, LAB_AGENT: scriptText('agent.pl') };
      return startProcess(enterArgv(facts, pid, perl), { env, ...enterCredentials(facts) });
    },

    take(name) {
      try {
        const content = readLabFile(facts, name);
        unlinkSync(labPath(facts, name));
        return content ?? Buffer.alloc(0);
      } catch {
        return Buffer.alloc(0);
      }
    },
  };
}
