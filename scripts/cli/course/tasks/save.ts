// How one student's instance stands, as a checkpoint. Whoever asks keeps it.
import { z } from 'zod';
import { rowsProblem } from '../../../../infra/course/accounts/strange-text.ts';
import {
  type Checkpoint,
  writeCheckpoint,
  writeStage,
} from '../../../../infra/course/checkpoint/checkpoint.ts';
import { STATE_TABLES } from '../../../../infra/course/checkpoint/lab-state.ts';
import { faultNames } from '../../../../infra/lab/fault-names.ts';
import { checkpointOf } from '../keep-instance.ts';
import { standingRecord } from '../standing-record.ts';
import { checkpointNameSchema } from './standing.ts';
import type { Task } from './task.ts';

const rows = z.array(z.record(z.string(), z.json()));

export const checkpointSchema = z
  .strictObject({
    name: checkpointNameSchema,
    student: z.string(),
    savedAt: z.iso.datetime(),
    faults: z.array(
      z.strictObject({
        name: z.enum(faultNames),
        host: z.string(),
        unnamed: z.literal(true).exactOptional(),
      }),
    ),
    state: z.record(z.string(), z.partialRecord(z.enum(STATE_TABLES), rows)),
  })
  .superRefine((checkpoint, context) => {
    const problem = rowsProblem(checkpoint);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

export const saveTask: Task<{ readonly checkpoint: string }, Checkpoint> = {
  name: 'save',
  value: checkpointSchema as unknown as z.ZodType<Checkpoint>,
  run: async (course, student, { checkpoint: name }, signal) => {
    const record = await standingRecord(course, student);
    const checkpoint = await checkpointOf(course, name, student, record, signal);
    await writeCheckpoint(course.name, checkpoint);
    await writeStage(record, { checkpoint: name, student });
    return checkpoint;
  },
};
