// `course exec` and `course shell` in an instance that belongs to an account: the account's own command line, on a
// terminal that is not root's. Who shares root's terminal could type on it (TIOCSTI, ioctl_tty(2)), or read on after the end.
import { constants } from 'node:os';
import path from 'node:path';
import { execa, type Result } from 'execa';
import { accountEnvironment, asAccountArgv } from '../../../infra/course/accounts/as-account.ts';
import { type Course, instanceStack } from '../../../infra/course/course.ts';
import { killGroup } from '../../../infra/util/exec.ts';
import { shellQuote } from '../../../infra/util/shell-quote.ts';
import { findTool, searchPath } from '../../../infra/util/tools.ts';
import { environmentError } from '../cli-error.ts';
import { dealWithStops } from '../engine/stop-requests.ts';
import { ROOT } from '../project.ts';
import { standingTask } from './tasks/standing.ts';
import { accountOf, doTask } from './tasks/task.ts';

/** @returns the command's own exit code; 128 + n when signal n ended it */
export async function inAccountInstance(
  course: Course,
  student: string,
  target: string,
  command: readonly string[],
): Promise<number> {
  const { state } = await doTask(standingTask, course, student, undefined, new AbortController().signal);
  if (state !== 'up')
    throw environmentError(
      `the instance is ${state}`,
      `npm run -s lab -- course up --course ${course.name}   makes what does not stand`,
    );
  const account = await accountOf(course, student);
  const stack = instanceStack(course.name, student);
  const cnilab = [process.execPath, path.join(ROOT, 'scripts', 'cnilab.ts')];
  const words = [
    ...cnilab,
    'exec',
    target,
    '--stack',
    stack,
    ...(command.length > 0 ? ['--', ...command] : []),
  ];
  const argv = asAccountArgv(tool('setpriv'), account, words);
  const env = { ...accountEnvironment(account, process.env), PATH: searchPath() };
  return process.stdin.isTTY ? onTerminalOfItsOwn(argv, env) : piped(argv, env);
}

type Env = Readonly<Record<string, string>>;

/** script(1) makes the terminal, keeps its size right, and ends with the command's exit code. */
function onTerminalOfItsOwn(argv: readonly string[], env: Env): Promise<number> {
  const [script, ...args] = [tool('script'), '-qec', shellQuote(argv), '/dev/null'];
  return ended(
    execa(script, args, { stdio: 'inherit', reject: false, extendEnv: false, env, cwd: '/' }),
    () => {
      // It has them from the terminal too.
    },
  );
}

/**
 * What root's streams lead to may be root's terminal all the same: only what is said goes there. In a session of its own,
 * because /dev/tty is the terminal of whoever is in root's.
 */
function piped([file = '', ...args]: readonly string[], env: Env): Promise<number> {
  const child = execa(file, args, {
    ...({ stdin: 'inherit', stdout: 'pipe', stderr: 'pipe', buffer: false } as const),
    ...({ reject: false, extendEnv: false, env, cwd: '/', detached: true } as const),
  });
  child.stdout.pipe(process.stdout, { end: false });
  child.stderr.pipe(process.stderr, { end: false });
  return ended(child, (signal) => killGroup(child.pid, signal));
}

async function ended(
  child: Promise<Pick<Result, 'exitCode' | 'signal' | 'shortMessage'>>,
  pass: (signal: NodeJS.Signals) => void,
): Promise<number> {
  const done = dealWithStops();
  // Whether it ends is for the command to decide.
  process.on('SIGINT', pass).on('SIGQUIT', pass).on('SIGTERM', pass);
  try {
    const { exitCode, signal, shortMessage } = await child;
    if (signal) return 128 + constants.signals[signal];
    if (exitCode === undefined) throw environmentError(`it cannot be started: ${shortMessage}`);
    return exitCode;
  } finally {
    done();
    process.off('SIGINT', pass).off('SIGQUIT', pass).off('SIGTERM', pass);
  }
}

function tool(name: string): string {
  const found = findTool(name);
  if (found === undefined) throw environmentError(`${name} (util-linux) is not on this machine`);
  return found;
}
