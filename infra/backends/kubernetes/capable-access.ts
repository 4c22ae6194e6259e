// Nodes entered directly where they have what is needed there, and else by a privileged pod, whose image has it.
import { exec } from '../../util/exec.ts';
import { ownEnvironment } from '../../util/own-environment.ts';
import type { AccessedCluster } from './cluster-tool.ts';
import type { NodeAccess } from './node-access.ts';

/** Programs of the agent, of observation and of taps. kind's own node images have no tcpdump, nor has minikube's. */
const NEEDED = [
  'perl',
  'ip',
  'bridge',
  'tc',
  'tcpdump',
  'nft',
  'iptables-save',
  'ping',
  'nsenter',
  'lsns',
  'awk',
];

const PROBE_MS = 60_000;
/** Names those that are not there. Not by its exit status: `minikube ssh` does not pass it on. */
const WHAT_LACKS = 'for tool do command -v "$tool" >/dev/null || echo "$tool"; done';

/** Decides on the first node, when it is opened. */
export function capableAccess(
  direct: NodeAccess,
  byPod: NodeAccess,
  { nodes }: Pick<AccessedCluster, 'nodes'>,
): NodeAccess {
  let chosen: NodeAccess | undefined;
  const opened = () => {
    if (chosen === undefined) throw new TypeError('nodes are entered before they are opened');
    return chosen;
  };
  return {
    get name() {
      return chosen?.name ?? direct.name;
    },
    get hasImageFiles() {
      return opened().hasImageFiles ?? false;
    },
    async open(op) {
      if (chosen === undefined) {
        await direct.open?.(op);
        const [node = ''] = nodes();
        const { argv, env } = direct.enter(node, ['sh', '-c', WHAT_LACKS, 'lacks', ...NEEDED]);
        const { exitCode, stdout, stderr } = await exec(argv, {
          ...(env && { env: ownEnvironment(env) }),
          ...{ signal: op.signal, timeoutMs: PROBE_MS },
        });
        if (exitCode !== 0)
          throw new Error(
            `node ${node} cannot be entered by ${direct.name}: ${stderr.trim() || stdout.trim() || `it ended with ${exitCode}`}`,
          );
        chosen = stdout.trim() === '' ? direct : byPod;
      }
      if (chosen === byPod) await byPod.open?.(op);
    },
    async close(op) {
      if (chosen === byPod) await byPod.close?.(op);
      await direct.close?.(op);
    },
    enter: (node, argv) => opened().enter(node, argv),
    shell: (node, argv) => opened().shell(node, argv),
  };
}
