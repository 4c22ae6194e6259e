// Reads a live lab's state, and what its random names stand for.
import type { Cluster } from '../../backends/backend.ts';
import type { Lab } from '../../lab/lab.ts';
import { observeLab } from '../../observe/observe-lab.ts';
import { type Symbols, symbolsOf } from '../../observe/symbols.ts';
import { type LabState, labState } from './lab-state.ts';

/** For a picture of the lab, ms. */
const OBSERVING_MS = 60_000;

export async function observeState(
  cluster: Cluster,
  lab: Lab,
  signal?: AbortSignal,
): Promise<{ readonly state: LabState; readonly symbols: Symbols }> {
  const limit = AbortSignal.timeout(OBSERVING_MS);
  const inTime = signal ? AbortSignal.any([signal, limit]) : limit;
  // With what predictions are made from: pods' packet filters and every interface's sysctls are only then read.
  const snapshot = await observeLab(cluster, lab, { signal: inTime, forwarding: true });
  const symbols = symbolsOf(snapshot);
  return { state: labState(snapshot, symbols), symbols };
}
