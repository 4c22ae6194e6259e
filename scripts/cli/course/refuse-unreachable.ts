// Before anything is made for accounts: each can run this checkout, and none can change what the others run.
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import pLimit from 'p-limit';
import { reachProblem } from '../../../infra/course/accounts/reach.ts';
import type { Course } from '../../../infra/course/course.ts';
import { cacheDir } from '../../../infra/util/dirs.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { ROOT } from '../project.ts';
import { prepareTask } from './tasks/prepare.ts';
import { doTask } from './tasks/task.ts';

/** Accounts that are asked at a time: each is a process that looks at a few files. */
const AT_ONCE = 8;

/** @throws CliError with whose fault it is, what is closed or open, and what to do */
export async function refuseUnreachable(course: Course): Promise<void> {
  const { accounts = [], labFile } = course;
  const code = ['scripts', 'infra', 'node_modules', 'package.json'].map((part) => path.join(ROOT, part));
  const needed = [
    process.execPath,
    path.join(ROOT, 'scripts', 'course-task.ts'),
    path.join(realpathSync(path.join(ROOT, 'node_modules')), 'zod', 'package.json'),
    labFile,
    // Engine and plugins that set-up got.
    ...['bin', 'cni'].map((part) => path.join(cacheDir(), part)).filter(existsSync),
  ];
  const limit = pLimit(AT_ONCE);
  const asked = accounts.map((account) =>
    limit(async () => ({ account, problem: await reachProblem(account, needed, [ROOT, ...code]) })),
  );
  const wrong = (await Promise.all(asked)).flatMap(({ account, problem }) =>
    problem ? [{ name: account.name, why: problem[0], next: problem[1] }] : [],
  );
  if (wrong.length > 0) {
    const lines = [...Map.groupBy(wrong, ({ why }) => why)].map(
      ([why, whose]) => `${whose.map(({ name }) => name).join(', ')}: ${why}`,
    );
    throw new CliError(lines.join('\n'), [...new Set(wrong.map(({ next }) => next))], EXIT.environment);
  }
  // What one can have as to tools and the kernel's leave, mostly all can: the others are asked as their turn comes.
  const [first] = course.students;
  if (first !== undefined) await doTask(prepareTask, course, first, undefined, new AbortController().signal);
}
