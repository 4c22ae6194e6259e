// Takes faults that an experiment brought in out of the lab again, its own and those of one that was killed.
import { repairFault } from '../faults/apply.ts';
import type { FaultLedger, Injected } from '../faults/injected.ts';
import { bootId, processStart } from '../util/process-identity.ts';
import { ExperimentError, type RunContext } from './experiment.ts';

/** For the commands that undo one fault, ms: its own time, whoever is in a hurry. */
const LIMIT_MS = 60_000;

/**
 * Undoes what an experiment whose process was killed has left in the lab.
 * @throws ExperimentError when that does not work
 */
export async function undoLeftFaults(context: RunContext): Promise<void> {
  const { faults: ledger } = context;
  if (!ledger) return;
  const left = (await ledger.read()).filter(
    ({ by }) => by && (by.boot !== bootId() || processStart(by.pid) !== by.start),
  );
  const [trouble] = await undoFaults(context, ledger, left);
  if (trouble !== undefined) throw new ExperimentError(trouble);
}

/**
 * The last one first: it may rest on those before it. No signal: an experiment that is stopped leaves no fault behind.
 * @returns what went wrong; those faults are still on record
 */
export async function undoFaults(
  { cluster }: RunContext,
  ledger: FaultLedger,
  faults: readonly Injected[],
): Promise<readonly string[]> {
  const troubles: string[] = [];
  for (const fault of faults.toReversed()) {
    try {
      await repairFault(cluster, fault, AbortSignal.timeout(LIMIT_MS));
      await ledger.write((await ledger.read()).filter(({ name }) => name !== fault.name));
    } catch (error) {
      troubles.push(
        `fault "${fault.name}" could not be undone, so the lab is not as it was: ${(error as Error).message} (npm run -s lab -- fault repair tries again)`,
      );
    }
  }
  return troubles;
}
