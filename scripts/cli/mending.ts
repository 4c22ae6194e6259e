// For messages: the commands that put a lab right again. An instance of a course is none that `up` and the engine know.
import { studentOf } from '../../infra/course/course.ts';
import type { StackRecord } from '../../infra/state/stack-store.ts';

type Whose = Pick<StackRecord, 'stack' | 'labFile' | 'course'>;

/** Makes what is missing of it: of one that is dead everything. */
export function standsUpAgain({ stack, labFile, course }: Whose): string {
  return course === undefined
    ? `npm run up -- ${labFile} --stack ${stack}`
    : `npm run -s lab -- course up --course ${course}`;
}

/** Makes it what its lab file says, whatever has been done in it. */
export function mends(whose: Whose): string {
  const { stack, course } = whose;
  return course === undefined
    ? `npm run pulumi -- refresh --yes --stack ${stack} && ${standsUpAgain(whose)}   mends it`
    : `npm run -s lab -- course reset ${studentOf(stack, course)} --course ${course}   makes it anew`;
}
