// Who is to take part, as `course up` was told: a number, a roster, or accounts of the machine.
import { readFile } from 'node:fs/promises';
import type { Course } from '../../../infra/course/course.ts';
import { parseRoster } from '../../../infra/course/parse-roster.ts';
import { MOST_STUDENTS, numberedStudents } from '../../../infra/course/student-names.ts';
import { CliError, usageError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { userPath } from '../user-directory.ts';

export interface StudentsOptions {
  readonly students?: number;
  /** File with a name a line. */
  readonly roster?: string;
  /** Names, with commas between them. */
  readonly accounts?: string;
  /** A group whose members' accounts it is. */
  readonly group?: string;
}

/** Names, and whose accounts they are when instances are to belong to them. */
export type Members = Pick<Course, 'students' | 'accounts'>;

/** @returns undefined when nothing was said @throws CliError with everything that is wrong with what was */
export async function membersAsked(options: StudentsOptions): Promise<Members | undefined> {
  const { students, roster, accounts, group } = options;
  if (students !== undefined) return { students: numberedStudents(students) };
  if (roster !== undefined) return { students: await rosterNames(roster) };
  if (accounts === undefined && group === undefined) return undefined;
  const { accountsAsked } = await import('./asked-accounts.ts');
  const all = await accountsAsked({ accounts, group });
  return { students: all.map(({ name }) => name), accounts: all };
}

async function rosterNames(roster: string): Promise<readonly string[]> {
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
