// The one place that turns whatever was thrown into a message for a person and an exit code. Never a stack trace.
import { homedir } from 'node:os';
import { cacheDir, stateDir } from '../../infra/util/dirs.ts';
import { CliError } from './cli-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface Explanation {
  /** Without a trailing newline. */
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** What the system says in a code, and what a person can do about it. */
const SYSTEM_ERRORS: Readonly<Record<string, readonly [what: string, next: string]>> = {
  ENOSPC: ['there is no space left on the device', 'make room there, then run the same command again'],
  EDQUOT: ['your disk quota is used up', 'make room, then run the same command again'],
  EACCES: [
    'permission denied',
    'it may belong to another user, such as root from an earlier sudo: check its owner',
  ],
  EPERM: ['the operation is not permitted', 'it may belong to another user, such as root: check its owner'],
  EROFS: ['the file system is read-only', 'choose another place with CNILAB_STATE_DIR or CNILAB_CACHE_DIR'],
  EMFILE: ['too many open files', 'raise the limit with: ulimit -n 4096'],
  ENFILE: ['the machine has too many open files', 'stop other programs, then run the same command again'],
  ENOMEM: ['there is not enough memory', 'take labs down that are not needed: npm run lab -- list'],
  EAGAIN: ['no further process can be started', 'raise the limit with: ulimit -u; or take other labs down'],
  ENOENT: ['there is no such file', 'check the name'],
};

/** Errors of other parts whose message is written for the person who meets it. They are known by name, not by class, so that no verb loads what it does not use. */
const FOR_PEOPLE: Readonly<Record<string, ExitCode>> = {
  LabError: EXIT.usage,
  HostError: EXIT.environment,
  CniError: EXIT.environment,
  NotReady: EXIT.environment,
  NotUsable: EXIT.environment,
  PartialFailure: EXIT.environment,
};

export function explainError(error: unknown): Explanation {
  if (error instanceof CliError) {
    return {
      text: [error.message, ...error.hints.map((hint) => `  → ${hint}`)].join('\n'),
      exitCode: error.exitCode,
    };
  }
  if (!(error instanceof Error)) return unexpected(String(error));
  if (error.name === 'AbortError') return { text: 'stopped', exitCode: EXIT.interrupted };
  const known = FOR_PEOPLE[error.name];
  if (known !== undefined) return { text: shortened(error.message), exitCode: known };
  return systemError(error) ?? unexpected(error.message || error.name);
}

function systemError(error: NodeJS.ErrnoException): Explanation | undefined {
  const known = error.code === undefined ? undefined : SYSTEM_ERRORS[error.code];
  if (!known || error.syscall === undefined) return undefined;
  const [what, next] = known;
  const where = error.path === undefined ? error.syscall : shortened(error.path);
  const hints = [next, ...elsewhere(error)].map((hint) => `\n  → ${hint}`).join('');
  return { text: `${where}: ${what} (${error.code})${hints}`, exitCode: EXIT.environment };
}

const NOT_WRITABLE = ['EACCES', 'EPERM', 'EROFS'];

/** What cnilab keeps of its own can be kept in another place, whosever this one is. */
function elsewhere({ code = '', path: file }: NodeJS.ErrnoException): readonly string[] {
  if (file === undefined || !NOT_WRITABLE.includes(code)) return [];
  // What cannot be made is a directory on the way to it, or something in it.
  const concerns = (place: string) => `${place}/`.startsWith(`${file}/`) || file.startsWith(`${place}/`);
  return [
    ...(concerns(stateDir())
      ? ['or keep the state of labs elsewhere: export CNILAB_STATE_DIR=<directory>']
      : []),
    ...(concerns(cacheDir()) ? ['or keep built tools elsewhere: export CNILAB_CACHE_DIR=<directory>'] : []),
  ];
}

/** Not foreseen, so most likely a mistake of ours; an error thrown with a clear message of its own still reads well. */
function unexpected(message: string): Explanation {
  return {
    text: `${shortened(message)}\n  → if this message does not say what to do, run it again with CNILAB_DEBUG=1 and report what it prints`,
    exitCode: EXIT.environment,
  };
}

/** The user's home is written ~, as they would. */
function shortened(text: string): string {
  const home = homedir();
  return home.length > 1 ? text.replaceAll(`${home}/`, '~/') : text;
}
