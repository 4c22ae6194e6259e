// A command that enters nodes by privileged pods, says so, and ends as it is told: <kubeconfig> exit|throw|close|wait
import { toolPodAccess } from '../../infra/backends/kubernetes/pod-access.ts';
import { endWhenStopped } from '../../scripts/cli/engine/stop-requests.ts';

const [kubeconfig = '', end] = process.argv.slice(2);
endWhenStopped();
const access = toolPodAccess(
  { lab: 'demo', kubeconfig, nodes: () => ['n1', 'n2'] },
  { toolsImage: 'tools' },
  { namespace: 'cnilab-nodes-x', removeAfterwards: true },
);
const op = { signal: AbortSignal.timeout(20_000) };
await access.open?.(op);
process.stdout.write('open\n');
if (end === 'exit') process.exit(3);
if (end === 'throw') throw new Error('a bug');
if (end === 'close') await access.close?.(op);
if (end === 'wait') setInterval(() => undefined, 1000);
