// Makes a live lab's state another one, looks whether it is, and says which rows are not.
import type { Cluster } from '../../backends/backend.ts';
import type { Lab } from '../../lab/lab.ts';
import type { LabState } from './lab-state.ts';
import { observeState } from './observe-state.ts';
import { planRestore } from './restore-script.ts';
import { changeLines, stateChanges } from './state-changes.ts';

/** A change brings others with it, and those none: links, then routes, then what the kernel gave new routes. */
const PASSES = 4;
/** For the commands of one host, ms. */
const LIMIT_MS = 30_000;

/** @returns the rows that differ after all, as the tools print them; none when the state is the wanted one */
export async function restoreState(
  cluster: Cluster,
  lab: Lab,
  wanted: LabState,
  signal: AbortSignal,
): Promise<readonly string[]> {
  for (let pass = 0; ; pass++) {
    const { state, symbols } = await observeState(cluster, lab, signal);
    const { scripts, beyond } = planRestore(state, wanted);
    if (beyond.length === 0 && scripts.size === 0) return [];
    if (beyond.length > 0 || pass === PASSES)
      return changeLines(stateChanges(wanted, state)).map(symbols.named);
    await Promise.all(
      [...scripts].map(([host, script]) => {
        const argv = ['sh', '-c', symbols.named(script)];
        return cluster.host(host).run(argv, { signal, timeoutMs: LIMIT_MS });
      }),
    );
  }
}
