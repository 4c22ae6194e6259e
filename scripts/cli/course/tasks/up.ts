// One account's instance, with the record of its course of one: the account has all it takes to go on by itself.
import { z } from 'zod';
import { loadBackend } from '../../../../infra/backends/registry.ts';
import { readFresh, writeFresh } from '../../../../infra/course/checkpoint/checkpoint.ts';
import { observeState } from '../../../../infra/course/checkpoint/observe-state.ts';
import { COURSE_BACKEND, type Course, instanceStack } from '../../../../infra/course/course.ts';
import { readCourse, writeCourse } from '../../../../infra/course/course-store.ts';
import { ensureInstance } from '../../../../infra/course/instance.ts';
import { environmentError } from '../../cli-error.ts';
import { withCluster } from '../../live-lab.ts';
import { standingRecord } from '../standing-record.ts';
import { refuseWhatCannotBe } from './prepare.ts';
import type { Task } from './task.ts';

export const upTask: Task<undefined, { readonly stack: string; readonly made: boolean }> = {
  name: 'up',
  value: z.strictObject({ stack: z.string().max(100), made: z.boolean() }),
  run: async (course, student, _, signal) => {
    const backend = await loadBackend(COURSE_BACKEND);
    await refuseWhatCannotBe(course);
    if ((await readCourse(course.name)) && !(await ownsRecord(course, student)))
      throw environmentError(
        `the account has a course of its own that is called ${course.name}`,
        `npm run -s lab -- course up … --course <another name>   leaves it alone`,
      );
    await writeCourse(course);
    const made = await ensureInstance(backend, course, student, { signal });
    if (made) await rememberFresh(course, student);
    return { stack: instanceStack(course.name, student), made };
  },
};

/** Whether what is on record here under the course's name is this student's course of one. */
export async function ownsRecord({ name }: Course, student: string): Promise<boolean> {
  const known = await readCourse(name);
  return known?.students.length === 1 && known.students[0] === student;
}

/** One look at an instance that nobody has touched tells what all of them were made like. */
export async function rememberFresh(course: Course, student: string): Promise<void> {
  if (await readFresh(course.name)) return;
  const record = await standingRecord(course, student);
  const { state } = await withCluster(record, (cluster) => observeState(cluster, course.lab));
  await writeFresh(course.name, state);
}
