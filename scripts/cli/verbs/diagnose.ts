// `diagnose`: what is wrong in the live lab, by the row of kernel state that is to blame. Nothing is sent.
import { diagnose } from '../../../infra/diagnose/diagnose.ts';
import { observePaths } from '../../../infra/observe/observe-paths.ts';
import { diagnosisText } from '../../../infra/report/diagnosis.ts';
import { recordedLab } from '../../../infra/state/stack-store.ts';
import { chooseRecord } from '../choose-stack.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withCluster } from '../live-lab.ts';

/** For a picture of the lab, ms. */
const OBSERVING_MS = 60_000;

export async function diagnoseLab(options: {
  readonly stack?: string;
  readonly json?: boolean;
}): Promise<ExitCode> {
  const record = await chooseRecord(options.stack, 'npm run -s lab -- diagnose');
  const { lab, beyond } = await withCluster(record, (cluster) =>
    observePaths(cluster, recordedLab(record), { signal: AbortSignal.timeout(OBSERVING_MS) }),
  );
  const diagnosis = diagnose(lab, beyond);
  process.stdout.write(
    options.json ? `${JSON.stringify(diagnosis, null, 2)}\n` : `${diagnosisText(record.lab, diagnosis)}\n`,
  );
  if (diagnosis.findings.length > 0) return EXIT.fail;
  return diagnosis.undecided.length > 0 ? EXIT.inconclusive : EXIT.pass;
}
