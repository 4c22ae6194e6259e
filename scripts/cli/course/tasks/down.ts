// One student's instance taken down, in whatever state it is, and of an account its course of one with it.
import { z } from 'zod';
import { loadBackend } from '../../../../infra/backends/registry.ts';
import { COURSE_BACKEND } from '../../../../infra/course/course.ts';
import { removeCourse } from '../../../../infra/course/course-store.ts';
import { removeInstance, TakenStack } from '../../../../infra/course/instance.ts';
import type { Task } from './task.ts';
import { ownsRecord } from './up.ts';

export const downTask: Task<undefined, { readonly stood: boolean }> = {
  name: 'down',
  value: z.strictObject({ stood: z.boolean() }),
  run: async (course, student) => {
    const stood = await removeInstance(await loadBackend(COURSE_BACKEND), course, student).catch(
      (error: unknown) => {
        // What stands under the name is not the course's: there is nothing of it to take down.
        if (error instanceof TakenStack) return false;
        throw error;
      },
    );
    if (await ownsRecord(course, student)) await removeCourse(course.name);
    return { stood };
  },
};
