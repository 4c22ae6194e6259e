// How one student stands, read from files and the process table.
import { z } from 'zod';
import { loadBackend } from '../../../../infra/backends/registry.ts';
import { readStage } from '../../../../infra/course/checkpoint/checkpoint.ts';
import { checkpointName } from '../../../../infra/course/checkpoint/checkpoint-schema.ts';
import { COURSE_BACKEND, instanceStack } from '../../../../infra/course/course.ts';
import { instanceOf, TakenStack } from '../../../../infra/course/instance.ts';
import { type Standing, standingOf } from '../../../../infra/course/standing.ts';
import { readResults } from '../../../../infra/experiments/results-store.ts';
import { injectedFaults } from '../../../../infra/faults/injected.ts';
import { faultNames } from '../../../../infra/lab/fault-names.ts';
import { resultsDir } from '../../../../infra/state/stack-store.ts';
import type { Task } from './task.ts';

export const verdictSchema = z.enum(['pass', 'fail', 'inconclusive']);

/** Those that a lab file can name. */
const experimentName = z
  .string()
  .max(200)
  .regex(/^[^\p{C}]*$/u);

/** Of an account that cannot be asked everything but who it is is unknown. */
export type StandingFacts = Omit<Standing, 'student' | 'stack' | 'changes'>;

const schema = z.strictObject({
  state: z.enum(['up', 'dead', 'unfinished', 'absent']),
  checkpoint: checkpointName.exactOptional(),
  verdict: verdictSchema.exactOptional(),
  passed: z.int().min(0),
  experiments: z.int().min(0),
  verdicts: z.record(experimentName, verdictSchema),
  faults: z.array(z.enum(faultNames)),
});

export const standingTask: Task<undefined, StandingFacts> = {
  name: 'standing',
  value: schema,
  run: async (course, student) => {
    const backend = await loadBackend(COURSE_BACKEND);
    const stack = instanceStack(course.name, student);
    const { experiments } = course.lab;
    const { state, record } = await instanceOf(backend, course, student).catch((error: unknown) => {
      // Another lab has the name: of this course there is nothing.
      if (error instanceof TakenStack) return { state: 'absent' as const, record: undefined };
      throw error;
    });
    const results = record
      ? await readResults(
          resultsDir(stack),
          experiments.map(({ name }) => name),
        )
      : [];
    const faults = record ? (await injectedFaults(record)).map(({ name }) => name) : [];
    const stage = record && (await readStage(record));
    const more = { faults, ...(stage && { checkpoint: stage.checkpoint }) };
    const {
      student: _,
      stack: __,
      ...facts
    } = standingOf({ student, stack, state }, experiments, results, more);
    return facts;
  },
};
