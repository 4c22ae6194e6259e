// One student's instance anew, as the lab was when the course was made.
import { z } from 'zod';
import { loadBackend } from '../../../../infra/backends/registry.ts';
import { COURSE_BACKEND } from '../../../../infra/course/course.ts';
import { renewInstance } from '../../../../infra/course/instance.ts';
import type { Task } from './task.ts';

export const resetTask: Task<undefined, Record<string, never>> = {
  name: 'reset',
  value: z.strictObject({}),
  run: async (course, student, _, signal) => {
    await renewInstance(await loadBackend(COURSE_BACKEND), course, student, { signal });
    return {};
  },
};
