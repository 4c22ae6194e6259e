// The tools of this machine that a lab will need: looked for before anything starts, without starting anything.
import { NEEDED_TOOLS } from '../../infra/backends/netns/needed-tools.ts';
import type { Lab, LabExperiment } from '../../infra/lab/lab.ts';
import { NotReady } from '../setup/not-ready.mjs';
import { locate, SYSTEM_TOOLS } from '../setup/system-tools.ts';

/** What a backend makes clusters and pods with, by its name. Backends that are not listed need nothing of this machine. */
const OF_BACKEND: Readonly<Record<string, readonly string[]>> = {
  netns: NEEDED_TOOLS,
};

/** What an experiment runs inside the lab, which has the machine's programs. What `exec` runs is the lab's own affair. */
const OF_EXPERIMENT: Readonly<Record<LabExperiment['kind'], readonly string[]>> = {
  inspect: ['tc'],
  mesh: ['perl'],
  ping: ['ping'],
  capture: ['ping', 'tcpdump'],
  journey: ['ping', 'tcpdump'],
  learning: ['ping', 'tcpdump'],
  exec: [],
  diagnose: ['tc'],
};

/** Names of the tools, each once. Pure. */
export function neededTools({ experiments }: Pick<Lab, 'experiments'>, backend: string): readonly string[] {
  const ofBackend = OF_BACKEND[backend];
  if (ofBackend === undefined) return [];
  return [...new Set([...ofBackend, ...experiments.flatMap(({ kind }) => OF_EXPERIMENT[kind])])];
}

/** @throws NotReady with every tool that is missing, and the command that installs them here */
export async function refuseWithoutTools(lab: Pick<Lab, 'experiments'>, backend: string): Promise<void> {
  const needed = neededTools(lab, backend);
  const missing = SYSTEM_TOOLS.filter((tool) => needed.includes(tool.name) && locate(tool) === undefined);
  if (missing.length === 0) return;
  const [{ thisDistribution }, { missingMessage }] = await Promise.all([
    import('../setup/distribution.ts'),
    import('../setup/ensure-system.ts'),
  ]);
  throw new NotReady(missingMessage(missing, [], thisDistribution(), process.getuid?.() === 0));
}
