// Courses on disk: courses/<name>/course.json of the state directory, and the checkpoints beside it.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { stateDir } from '../util/dirs.ts';
import { namesIn, readIfThere } from '../util/if-there.ts';
import { writeAtomic } from '../util/write-atomic.ts';
import type { Course } from './course.ts';

/** Directory of everything kept for a course beside its instances' own; 0700. It need not exist. */
export function courseDir(name: string): string {
  return path.join(coursesDir(), name);
}

/** The course of that name, or undefined when there is none. @throws when its file is not one */
export async function readCourse(name: string): Promise<Course | undefined> {
  const file = path.join(courseDir(name), 'course.json');
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    const course = JSON.parse(text) as Course;
    if (course.name === name && Array.isArray(course.students)) return course;
  } catch (cause) {
    throw new Error(`${file} is not a course: move it away`, { cause });
  }
  throw new Error(`${file} is not a course: move it away`);
}

/** Every course there is, by name; files that are none are left out: `readCourse` says why. */
export async function listCourses(): Promise<readonly Course[]> {
  const names = await namesIn(coursesDir());
  const courses = await Promise.all(names.map((name) => readCourse(name).catch(() => undefined)));
  return courses.filter((course) => course !== undefined);
}

export async function writeCourse(course: Course): Promise<void> {
  await writeAtomic(path.join(courseDir(course.name), 'course.json'), `${JSON.stringify(course, null, 2)}\n`);
}

/** Forgets it, its checkpoints too. Idempotent. */
export async function removeCourse(name: string): Promise<void> {
  await rm(courseDir(name), { recursive: true, force: true });
}

function coursesDir(): string {
  return path.join(stateDir(), 'courses');
}
