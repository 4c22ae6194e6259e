// A student's instance that stands, for whoever is to work in it.
import { loadBackend } from '../../../infra/backends/registry.ts';
import { COURSE_BACKEND, type Course } from '../../../infra/course/course.ts';
import { instanceOf } from '../../../infra/course/instance.ts';
import type { StackRecord } from '../../../infra/state/stack-store.ts';
import { environmentError } from '../cli-error.ts';

/** @throws CliError when the student's instance does not stand, saying how to make it */
export async function standingRecord(course: Course, student: string): Promise<StackRecord> {
  const backend = await loadBackend(COURSE_BACKEND);
  const { state, record } = await instanceOf(backend, course, student);
  if (state === 'up' && record) return record;
  throw environmentError(
    `the instance is ${state}`,
    `npm run -s lab -- course up --course ${course.name}   makes what does not stand`,
  );
}
