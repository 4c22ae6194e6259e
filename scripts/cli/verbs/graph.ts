// `graph`: the topology of a live lab, drawn from its kernel state.
import { observeLab } from '../../../infra/observe/observe-lab.ts';
import type { GraphFormat } from '../../../infra/report/topology/formats.ts';
import { renderTopology } from '../../../infra/report/topology/render-topology.ts';
import { recordedLab } from '../../../infra/state/stack-store.ts';
import { chooseRecord } from '../choose-stack.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withCluster } from '../live-lab.ts';

export interface GraphOptions {
  readonly stack?: string;
  readonly format: GraphFormat;
}

export async function graph({ stack, format }: GraphOptions): Promise<ExitCode> {
  const record = await chooseRecord(stack, 'npm run -s lab -- graph');
  const read = { signal: AbortSignal.timeout(60_000) };
  const snapshot = await withCluster(record, (cluster) => observeLab(cluster, recordedLab(record), read));
  process.stdout.write(renderTopology(snapshot, format, record.lab));
  return EXIT.pass;
}
