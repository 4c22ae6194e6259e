// `course collect`: what everybody's experiments saw, in one directory for whoever marks it.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Course } from '../../../infra/course/course.ts';
import { standingsCsv } from '../../../infra/course/standing.ts';
import { resultsDir } from '../../../infra/state/stack-store.ts';
import { namesIn } from '../../../infra/util/if-there.ts';
import { usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { shortPath } from '../text.ts';
import { userDirectory, userPath } from '../user-directory.ts';
import { type CourseOption, chooseCourse } from './choose-course.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';
import { standings } from './status.ts';
import { resultFiles, resultsTask } from './tasks/results.ts';
import { doTask } from './tasks/task.ts';

export async function courseCollect(
  options: CourseOption & { readonly output: string; readonly json?: boolean },
): Promise<ExitCode> {
  const course = await chooseCourse(options, `collect -o ${options.output}`);
  const directory = userPath(options.output);
  await emptyDirectory(directory);
  const { rows } = await standings(course);
  const outcomes = await forStudents({
    course,
    students: course.students,
    done: 'are collected',
    work: async (student, signal) => {
      const row = rows.find((one) => one.student === student);
      const to = path.join(directory, student);
      // What has the stack of one that is absent is another's.
      const there = row && row.state !== 'absent';
      const collect = () =>
        course.accounts ? writeResults(course, student, to, signal) : copyResults(row?.stack ?? '', to);
      const files = there ? await collect() : [];
      return { files: files.map((file) => path.posix.join(student, file)) };
    },
  });
  const { name, lab, labFile, createdAt } = course;
  const collectedAt = new Date().toISOString();
  const summary = { course: name, lab: lab.name, labFile, createdAt, collectedAt, students: rows };
  const experiments = lab.experiments.map((experiment) => experiment.name);
  await writeFile(path.join(directory, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
  await writeFile(path.join(directory, 'summary.csv'), standingsCsv(rows, experiments));
  if (options.json) printJson({ course: name, directory, students: outcomeRows(outcomes) });
  refuseFailures(outcomes, 'could not be collected');
  const verified = rows.filter(({ verdict }) => verdict !== undefined).length;
  if (!options.json)
    process.stdout.write(
      `${shortPath(directory, userDirectory())}: summary.csv, summary.json, and the results of ${verified} of ${rows.length} students\n`,
    );
  return EXIT.pass;
}

/** @throws CliError when something is there: results of two collections in one place would be taken for one */
async function emptyDirectory(directory: string): Promise<void> {
  if ((await namesIn(directory)).length > 0)
    throw usageError(
      `${shortPath(directory, userDirectory())} is not empty`,
      'name a directory that is not there yet: it is made',
    );
  await mkdir(directory, { recursive: true });
}

/** results.json, and the captures. @returns what was copied, relative to `to` */
async function copyResults(stack: string, to: string): Promise<readonly string[]> {
  const from = resultsDir(stack);
  const copied: string[] = [];
  for (const file of await resultFiles(from)) {
    try {
      await cp(path.join(from, file), path.join(to, file));
      copied.push(file);
    } catch (error) {
      // Nothing has been verified, or it is being verified again.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return copied;
}

/** The same of an account's, which sends them. @returns what was written, relative to `to` */
async function writeResults(
  course: Course,
  student: string,
  to: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const files = await doTask(resultsTask, course, student, undefined, signal);
  for (const { name, base64 } of files) {
    await mkdir(path.dirname(path.join(to, name)), { recursive: true });
    await writeFile(path.join(to, name), Buffer.from(base64, 'base64'), { flag: 'wx' });
  }
  return files.map(({ name }) => name);
}
