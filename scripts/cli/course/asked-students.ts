// Who is to take part, as `course up` was told: a number, or a roster.
import { readFile } from 'node:fs/promises';
import { parseRoster } from '../../../infra/course/parse-roster.ts';
import { MOST_STUDENTS, numberedStudents } from '../../../infra/course/student-names.ts';
import { CliError, usageError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { userPath } from '../user-directory.ts';

export interface StudentsOptions {
  readonly students?: number;
  /** File with a name a line. */
  readonly roster?: string;
}

/** @returns undefined when nothing was said @throws CliError with everything that is wrong with the roster */
export async function studentsAsked(options: StudentsOptions): Promise<readonly string[] | undefined> {
  const { students, roster } = options;
  if (students !== undefined) return numberedStudents(students);
  if (roster === undefined) return undefined;
  const text = await readFile(userPath(roster), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError(
      `the roster ${roster} cannot be read (${error.code})`,
      'it is a text with one name a line',
    );
  });
  const { names, problems } = parseRoster(text);
  if (problems.length === 0) return names;
  throw new CliError(
    problems.map(({ line, message }) => `${roster}:${line}: ${message}`).join('\n'),
    `names are lower-case letters, digits and "-", each once, at most ${MOST_STUDENTS}`,
    EXIT.usage,
  );
}
