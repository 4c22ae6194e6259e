// How one student's instance stands, as a checkpoint. Whoever asks keeps it.
import {
  type Checkpoint,
  writeCheckpoint,
  writeStage,
} from '../../../../infra/course/checkpoint/checkpoint.ts';
import { checkpointSchema } from '../../../../infra/course/checkpoint/checkpoint-schema.ts';
import { checkpointOf } from '../keep-instance.ts';
import { standingRecord } from '../standing-record.ts';
import type { Task } from './task.ts';

export const saveTask: Task<{ readonly checkpoint: string }, Checkpoint> = {
  name: 'save',
  value: checkpointSchema,
  run: async (course, student, { checkpoint: name }, signal) => {
    const record = await standingRecord(course, student);
    const checkpoint = await checkpointOf(course, name, student, record, signal);
    await writeCheckpoint(course.name, checkpoint);
    await writeStage(record, { checkpoint: name, student });
    return checkpoint;
  },
};
