// What a course does for one student: in this process, or, where instances belong to accounts, in a process of that account.
import path from 'node:path';
import { z } from 'zod';
import type { Account } from '../../../../infra/course/accounts/account.ts';
import { askAccount, NoAnswer } from '../../../../infra/course/accounts/ask-account.ts';
import { findAccounts } from '../../../../infra/course/accounts/find-accounts.ts';
import { strangeText } from '../../../../infra/course/accounts/strange-text.ts';
import { type Course, courseOfOne } from '../../../../infra/course/course.ts';
import { CliError, environmentError } from '../../cli-error.ts';
import { EXIT } from '../../exit-codes.ts';
import { ROOT } from '../../project.ts';
import type { TaskName } from './all-tasks.ts';

export interface Task<Params, Value> {
  readonly name: TaskName;
  /** What its value is held to when it comes from an account: nobody vouches for it. */
  readonly value: z.ZodType<Value>;
  /** Of that value as JSON, bytes. @default 4 MiB */
  readonly mostBytes?: number;
  /** ms. @default 10 minutes */
  readonly limitMs?: number;
  readonly run: (course: Course, student: string, params: Params, signal: AbortSignal) => Promise<Value>;
}

/** What a process of an account is asked, as JSON on its standard input. */
export interface TaskRequest {
  readonly task: TaskName;
  readonly course: Course;
  readonly student: string;
  readonly params: unknown;
}

/** A line of its standard output. */
export type TaskReply =
  | { readonly value: unknown }
  | { readonly error: { readonly text: string; readonly exitCode: number } };

const MOST_BYTES = 4 * 1024 * 1024;
const LIMIT_MS = 10 * 60_000;

const reply = z.union([
  z.strictObject({ value: z.unknown() }),
  z.strictObject({ error: z.strictObject({ text: strangeText(10_000), exitCode: z.number() }) }),
]);

/** @throws whatever the task throws; of an account's process a CliError with its words, or NoAnswer */
export async function doTask<Params, Value>(
  task: Task<Params, Value>,
  course: Course,
  student: string,
  params: Params,
  signal: AbortSignal,
): Promise<Value> {
  if (!course.accounts) return task.run(course, student, params, signal);
  const account = await accountOf(course, student);
  const asked: TaskRequest = { task: task.name, course: courseOfOne(course, student), student, params };
  const { limitMs = LIMIT_MS, mostBytes = MOST_BYTES } = task;
  const argv = [process.execPath, path.join(ROOT, 'scripts', 'course-task.ts')];
  return judged(task, await askAccount(account, { argv, asked, limitMs, mostBytes, signal }));
}

/** @throws GoneAccount */
export async function accountOf({ accounts = [] }: Course, student: string): Promise<Account> {
  const account = accounts.find(({ name }) => name === student);
  if (!account) throw environmentError(`the course has no account ${student}`);
  const [now] = await findAccounts([student]);
  if (now?.uid === account.uid) return account;
  throw new GoneAccount(student, account.uid, now?.uid);
}

/** The account that an instance was given to is not there any more. */
export class GoneAccount extends CliError {
  constructor(name: string, was: number, now: number | undefined) {
    super(
      now === undefined
        ? `there is no account ${name} any more (it had uid ${was})`
        : `account ${name} is another one now (uid ${now}, it had ${was})`,
      [`ps -U ${was}   shows what may still run as the old one`],
      EXIT.environment,
    );
  }
}

function judged<Value>({ value }: Task<never, Value>, answer: unknown): Value {
  try {
    const said = reply.parse(answer);
    if ('value' in said) return value.parse(said.value);
    const { text, exitCode } = said.error;
    throw new CliError(text, [], exitCode === EXIT.usage ? EXIT.usage : EXIT.environment);
  } catch (error) {
    if (error instanceof CliError) throw error;
    // A value nested too deep for whoever reads it is a RangeError.
    const [issue] = error instanceof z.ZodError ? error.issues : [];
    const where = issue ? ` (${issue.path.join('.')}: ${issue.message})` : '';
    throw new NoAnswer(`what came back from the account is not what was asked for${where.slice(0, 200)}`, {
      cause: error,
    });
  }
}
