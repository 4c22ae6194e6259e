// The course that `course up` is to stand up: a new one, or one that was made before, with more students perhaps.
import { isDeepStrictEqual } from 'node:util';
import type { Course } from '../../../infra/course/course.ts';
import { listCourses, readCourse } from '../../../infra/course/course-store.ts';
import type { Lab } from '../../../infra/lab/lab.ts';
import { loadLab } from '../../../infra/lab/load.ts';
import { usageError } from '../cli-error.ts';
import { findLabFile } from '../lab-files.ts';
import { ROOT } from '../project.ts';
import { readablePath, shortPath } from '../text.ts';
import { type Members, membersAsked, type StudentsOptions } from './asked-students.ts';
import { checkCourseName, chooseCourse } from './choose-course.ts';

export interface CourseAsked extends StudentsOptions {
  readonly course?: string;
  readonly isolation?: Course['isolation'];
}

/**
 * Nothing is written.
 * @param word the lab; undefined: that of the course there is
 * @throws CliError when it is not what the course was made of, or when somebody would not be in it any more
 */
export async function courseAsked(word: string | undefined, options: CourseAsked): Promise<Course> {
  return word === undefined ? knownCourse(options) : courseOf(word, options);
}

async function knownCourse(options: CourseAsked): Promise<Course> {
  if (options.course === undefined && !process.env.CNILAB_COURSE && (await listCourses()).length === 0)
    throw usageError('say which lab', 'npm run -s lab -- course up flannel --students 30');
  const course = await chooseCourse(options, 'up');
  return grown(course, await membersAsked(options), options);
}

async function courseOf(word: string, options: CourseAsked): Promise<Course> {
  const labFile = await findLabFile(word);
  const lab = await loadLab(readablePath(labFile));
  const name = checkCourseName(options.course ?? lab.name);
  const members = await membersAsked(options);
  const before = await readCourse(name);
  if (before) {
    refuseAnotherLab(before, lab, labFile);
    return grown(before, members, options);
  }
  if (!members)
    throw usageError(
      'say who takes part',
      `npm run -s lab -- course up ${word} --students 30   calls them s01 to s30`,
      `npm run -s lab -- course up ${word} --roster names.txt   one name a line`,
      `npm run -s lab -- course up ${word} --accounts alice,bob   accounts of this machine, as root`,
    );
  const { isolation = 'auto' } = options;
  if (members.accounts && isolation === 'root')
    throw usageError('--isolation root is for labs of root: an account’s instance is the account’s own');
  return { name, lab, labFile, checkout: ROOT, isolation, ...members, createdAt: new Date().toISOString() };
}

/** What students have done would be lost with their instances: never without being asked to. */
function refuseAnotherLab(course: Course, lab: Lab, labFile: string): void {
  const { name } = course;
  const hints = [
    `npm run -s lab -- course down --course ${name}   takes it down, and then the same command makes it anew`,
    'npm run -s lab -- course up … --course <another name>   makes another course beside it',
  ];
  if (course.labFile !== labFile)
    throw usageError(`course ${name} is of another lab file, ${course.labFile}`, ...hints);
  if (isDeepStrictEqual(course.lab, JSON.parse(JSON.stringify(lab)))) return;
  throw usageError(
    `${shortPath(labFile)} has changed since course ${name} was made from it`,
    `npm run -s lab -- course up --course ${name}   goes on with the lab as it was`,
    ...hints,
  );
}

function grown(course: Course, members: Members | undefined, options: CourseAsked): Course {
  if (options.isolation !== undefined && options.isolation !== course.isolation)
    throw usageError(
      `course ${course.name} was made with --isolation ${course.isolation}`,
      `npm run -s lab -- course down --course ${course.name}   and make it anew`,
    );
  if (!members) return course;
  const { students, accounts } = members;
  if (!accounts !== !course.accounts)
    throw usageError(
      course.accounts
        ? `the instances of course ${course.name} belong to accounts: say --accounts or --group`
        : `the instances of course ${course.name} do not belong to accounts: say --students or --roster`,
      'npm run -s lab -- course up … --course <another name>   makes another course beside it',
    );
  const gone = course.students.filter((student) => !students.includes(student));
  if (gone.length === 0) return { ...course, ...members };
  throw usageError(
    `${gone.join(', ')} ${gone.length === 1 ? 'is' : 'are'} in course ${course.name}, and would not be any more`,
    `npm run -s lab -- course down ${gone.join(' ')} --course ${course.name}   takes their instances down`,
  );
}
