// `course collect`: what everybody's experiments saw, in one directory for whoever marks it.
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';

import path from 'node:path';
import { standingsCsv } from '../../../infra/course/standing.ts';
import { resultsFile } from '../../../infra/experiments/results-store.ts';
import { resultsDir } from '../../../infra/state/stack-store.ts';
import { namesIn } from '../../../infra/util/if-there.ts';
import { usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { shortPath } from '../text.ts';
import { userDirectory, userPath } from '../user-directory.ts';
import { type CourseOption, chooseCourse } from './choose-course.ts';
import { forStudents, outcomeRows, printJson, refuseFailures } from './for-students.ts';
import { standings } from './status.ts';

export async function courseCollect(
  options: CourseOption & { readonly output: string; readonly json?: boolean },
): Promise<ExitCode> {
  const course = await chooseCourse(options, `collect -o ${options.output}`);
  const directory = userPath(options.output);
  await emptyDirectory(directory);
  const rows = await standings(course);
  const outcomes = await forStudents({
    course,
    students: course.students,
    done: 'are collected',
    work: async (student) => {
      const row = rows.find((one) => one.student === student);
      // What has the stack of one that is absent is another's.
      const files =
        row && row.state !== 'absent' ? await copyResults(row.stack, path.join(directory, student)) : [];
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
  const captures = await readdir(path.join(from, 'captures')).catch(() => []);
  const wanted = [
    path.basename(resultsFile(from)),
    ...captures
      .filter((file) => file.endsWith('.pcapng') && !file.startsWith('.'))
      .map((file) => path.join('captures', file)),
  ];
  const copied: string[] = [];
  for (const file of wanted) {
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
