// Whether this account can have the lab: tools, and the kernel's leave to make namespaces. Nothing is made.
import { z } from 'zod';
import { loadBackend } from '../../../../infra/backends/registry.ts';
import { COURSE_BACKEND, type Course } from '../../../../infra/course/course.ts';
import { environmentError } from '../../cli-error.ts';
import { refuseWithoutTools } from '../../needed-tools.ts';
import type { Task } from './task.ts';

export const prepareTask: Task<undefined, Record<string, never>> = {
  name: 'prepare',
  value: z.strictObject({}),
  run: async (course) => {
    await refuseWhatCannotBe(course);
    return {};
  },
};

/** @throws NotReady, or CliError, with what is missing here, and how to get it */
export async function refuseWhatCannotBe({ lab, isolation }: Course): Promise<void> {
  await refuseWithoutTools(lab, COURSE_BACKEND);
  const refusal = await (await loadBackend(COURSE_BACKEND)).probe(isolation);
  if (refusal) throw environmentError(refusal.reason, refusal.fix);
}
