// One lab on one backend, under a stack of its own, from nothing to its results.
import type { Writable } from 'node:stream';
import type { ParityRun } from '../../../infra/parity/compare-parity.ts';
import type { Candidate } from '../backend-candidates.ts';
import { checkStackName } from '../choose-stack.ts';
import { type LabInFile, standAfresh } from '../fresh-lab.ts';
import { labResults } from '../lab-report.ts';

export function parityStack(lab: string, backend: string): string {
  return checkStackName(`parity-${lab}-${backend}`);
}

/** As `standAfresh`, with what its experiments have come to. */
export async function runOnBackend(lab: LabInFile, candidate: Candidate, out: Writable): Promise<ParityRun> {
  const record = await standAfresh(lab, parityStack(lab.lab.name, candidate.name), candidate, out);
  return { backend: candidate.name, experiments: (await labResults(record)).experiments };
}
