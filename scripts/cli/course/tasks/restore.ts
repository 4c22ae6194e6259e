// One student's instance brought to where it, or another one, stood.
import { z } from 'zod';
import {
  type Checkpoint,
  readCheckpoint,
  writeCheckpoint,
} from '../../../../infra/course/checkpoint/checkpoint.ts';
import { restoreInstance } from '../keep-instance.ts';
import type { Task } from './task.ts';

export const restoreTask: Task<{ readonly checkpoint: Checkpoint }, Record<string, never>> = {
  name: 'restore',
  value: z.strictObject({}),
  run: async (course, student, { checkpoint }, signal) => {
    await restoreInstance(course, student, checkpoint, signal);
    // What the instance is compared with from now on: an account has not got it yet when it is another's.
    const { name, student: whose, savedAt } = checkpoint;
    const known = await readCheckpoint(course.name, name, whose);
    if (known?.savedAt !== savedAt) await writeCheckpoint(course.name, checkpoint);
    return {};
  },
};
