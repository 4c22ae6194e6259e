// A course: one lab, made as often as there are students. Pure.
import type { Lab } from '../lab/lab.ts';
import type { Account } from './accounts/account.ts';

/** courses/<name>/course.json of the state directory. */
export interface Course {
  readonly name: string;
  /** As it was when the course was made: a lab file that changes meanwhile changes nobody's instance. */
  readonly lab: Lab;
  /** Absolute path of lab.yaml. */
  readonly labFile: string;
  /** Absolute path of the checkout that made it. */
  readonly checkout: string;
  readonly isolation: 'auto' | 'rootless' | 'root';
  /** In the roster's order. */
  readonly students: readonly string[];
  /**
   * Whose the instances are, an account of the machine for each student, who is called as it is. Then this is root's
   * record, and each account has one of its own, of a course of one.
   * @default all are of whoever made the course
   */
  readonly accounts?: readonly Account[];
  /** ISO 8601. */
  readonly createdAt: string;
}

/** The one backend whose clusters cost so little that a machine carries a class of them. */
export const COURSE_BACKEND = 'netns';

/** What a course's instances have for `backendUrl`: no Pulumi state is behind them. */
export function courseUrl(course: string): string {
  return `course:${course}`;
}

/** The stack that a student's instance is on record as: every verb takes it for `--stack`. */
export function instanceStack(course: string, student: string): string {
  return `${course}-${student}`;
}

/** The other way. */
export function studentOf(stack: string, course: string): string {
  return stack.slice(course.length + 1);
}

/** What an account knows of a course that gives it an instance: itself. */
export function courseOfOne({ accounts: _, ...course }: Course, student: string): Course {
  return { ...course, students: [student] };
}
