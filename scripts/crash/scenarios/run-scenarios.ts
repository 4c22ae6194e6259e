// Scenarios by name, each in a lane of its own, one after the other.
import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../../tool/usage-error.ts';
import { NETWORKS, type Network } from '../labs.ts';
import { Lane } from '../lane.ts';
import { References, UsualTimes } from '../references.ts';
import { AT_ONCE } from './at-once.ts';
import { CLOCK_JUMPS } from './clock-jumps.ts';
import { FULL_DISK } from './full-disk.ts';
import { OUT_OF_PIDS } from './out-of-pids.ts';
import { READ_ONLY_HOME } from './read-only-home.ts';
import { REBOOT } from './reboot.ts';
import type { Scenario } from './scenario.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...AT_ONCE,
  ...REBOOT,
  ...FULL_DISK,
  ...READ_ONLY_HOME,
  ...OUT_OF_PIDS,
  ...CLOCK_JUMPS,
];

export interface ScenarioOutcome {
  readonly name: string;
  readonly network: Network;
  readonly wrong: readonly string[];
  readonly notDone?: string;
}

/** @param names or `all`. @throws UsageError */
export function scenariosNamed(names: readonly string[]): readonly Scenario[] {
  if (names.includes('all')) return SCENARIOS;
  return names.map((name) => {
    const found = SCENARIOS.find((scenario) => scenario.name === name);
    if (found) return found;
    throw new UsageError(
      `there is no scenario "${name}"; there are ${SCENARIOS.map((one) => one.name).join(', ')}`,
    );
  });
}

export async function runScenarios(
  scenarios: readonly Scenario[],
  directory: string,
  stop: AbortSignal,
  told: (outcome: ScenarioOutcome) => void,
): Promise<readonly ScenarioOutcome[]> {
  const root = mkdtempSync(path.join(directory, 'cnilab-crash-'));
  chmodSync(root, 0o755);
  const lanes: Lane[] = [];
  const open = async (network: Network) => {
    const name = `crash-${process.pid}-${lanes.length}`;
    const lane = await Lane.open(path.join(root, name), name, network);
    lanes.push(lane);
    return lane;
  };
  stop.addEventListener('abort', () => {
    for (const lane of lanes) lane.killAll();
  });
  const references = new References(open, new UsualTimes());
  const outcomes: ScenarioOutcome[] = [];
  try {
    for (const [i, scenario] of scenarios.entries()) {
      if (stop.aborted) break;
      const network = NETWORKS[i % NETWORKS.length] as Network;
      const came = await scenario.run(await open(network), references);
      if (stop.aborted) break;
      const outcome = { name: scenario.name, network, wrong: [], ...came };
      outcomes.push(outcome);
      told(outcome);
    }
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
    await rm(root, { recursive: true, force: true });
  }
  return outcomes;
}
