// Every lab by itself, cycle after cycle, the labs side by side; then everything down, and a look at the machine.

import type { Place } from '../bench/private-place.ts';
import { argvOf, pidsWithEnv } from '../bench/processes.ts';
import type { Stop } from '../bench/run-command.ts';
import { hostDifferences, hostSnapshot } from '../crash/host-snapshot.ts';
import { type Cycle, type FirstTime, runCycle, type SoakLab, takeDown } from './cycle.ts';
import type { SoakOptions } from './options.ts';
import type { Soaked } from './summary.ts';

/** @param tell is called after every cycle. When it is stopped, what was done until then is told */
export async function soakLabs(
  place: Place,
  { labs, rebuilds, afresh }: Pick<SoakOptions, 'labs' | 'rebuilds' | 'afresh'>,
  stop: Stop,
  tell: (cycle: Cycle) => void,
): Promise<Soaked> {
  const before = await hostSnapshot();
  const cycles: Cycle[] = [];
  const left: string[] = [];
  const soakOne = async (lab: string) => {
    const soak: SoakLab = { lab, stack: place.stack(lab), directory: place.directory, stop };
    const first: FirstTime = {};
    for (let number = 1; number <= rebuilds; number++) {
      const how = number % afresh === 0 ? 'afresh' : 'rebuild';
      const cycle = await runCycle(soak, { number, how }, first);
      cycles.push(cycle);
      tell(cycle);
    }
    left.push(...(await takeDown(soak)));
  };
  try {
    await Promise.all(labs.map(soakOne));
  } catch (error) {
    if (!stop.soon.aborted) throw error;
    return { cycles, left };
  }
  left.push(...pidsWithEnv(place.mark).map((pid) => `process ${pid}: ${argvOf(pid).join(' ')}`));
  left.push(...hostDifferences(before, await hostSnapshot()).map((change) => `the machine: ${change}`));
  return { cycles, left };
}
