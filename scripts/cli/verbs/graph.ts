// `graph`: the topology of a live lab, drawn from its kernel state.
import { pickNetwork } from '../../../infra/cni/config-dir.ts';
import { observeLab } from '../../../infra/observe/observe-lab.ts';
import { mermaidTopology } from '../../../infra/report/mermaid.ts';
import { recordedLab } from '../../../infra/state/stack-store.ts';
import { chooseRecord } from '../choose-stack.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withCluster } from '../live-lab.ts';

export async function graph(options: { readonly stack?: string }): Promise<ExitCode> {
  const record = await chooseRecord(options.stack, 'npm run -s lab -- graph');
  const read = { signal: AbortSignal.timeout(60_000), pickNetwork };
  const snapshot = await withCluster(record, (cluster) => observeLab(cluster, recordedLab(record), read));
  process.stdout.write(mermaidTopology(snapshot));
  return EXIT.pass;
}
