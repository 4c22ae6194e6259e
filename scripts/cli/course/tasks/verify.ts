// One student's experiments, on the instance as it stands.
import { z } from 'zod';
import type { Verdict } from '../../../../infra/experiments/result.ts';
import { runExperiments } from '../../run-experiments.ts';
import { standingRecord } from '../standing-record.ts';
import { verdictSchema } from './standing.ts';
import type { Task } from './task.ts';

/** For all of a lab's experiments, ms. */
const LIMIT_MS = 60 * 60_000;

interface Params {
  /** Names, in the lab file's order. */
  readonly experiments: readonly string[];
}

export const verifyTask: Task<Params, Readonly<Record<string, Verdict>>> = {
  name: 'verify',
  value: z.record(z.string().max(200), verdictSchema),
  limitMs: LIMIT_MS,
  run: async (course, student, { experiments }, signal) => {
    const record = await standingRecord(course, student);
    const chosen = course.lab.experiments.filter(({ name }) => experiments.includes(name));
    const ran = await runExperiments(record, chosen, { signal });
    signal.throwIfAborted();
    return Object.fromEntries(ran.map(({ name, verdict }) => [name, verdict]));
  },
};
