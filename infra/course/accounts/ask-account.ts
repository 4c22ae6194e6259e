// One question to a process that runs as somebody else's account: JSON in, a line of JSON out. Whoever has the account
// can stop that process, change it, or answer in its place, so what comes back is bounded here and judged by the caller.
import { killGroup, startProcess } from '../../util/exec.ts';
import { findTool, searchPath } from '../../util/tools.ts';
import type { Account } from './account.ts';
import { accountEnvironment, asAccountArgv } from './as-account.ts';
import { harmless } from './strange-text.ts';

export interface Question {
  /** What runs; it reads the question to the end of its input. */
  readonly argv: readonly string[];
  readonly asked: unknown;
  /** Until an answer has come, ms. */
  readonly limitMs: number;
  /** Of the answer, bytes. */
  readonly mostBytes: number;
  /** Aborted: it is told to stop (SIGINT), and has `STOPPING_MS` to put in order what it was doing. */
  readonly signal: AbortSignal;
}

/** For what is being made to be taken away again. */
const STOPPING_MS = 60_000;
/** For a process that has answered, or said that it cannot, to end by itself, ms. */
const ENDING_MS = 5_000;
/** Of what it complains about, characters. */
const COMPLAINT = 2_000;

/** An answer that is none, or none in time. The text is for the person who asked. */
export class NoAnswer extends Error {
  override readonly name = 'NotUsable';
}

/** @returns what JSON.parse makes of it @throws NoAnswer; the signal's reason when nothing has been started */
export async function askAccount(
  account: Account,
  { argv, asked, limitMs, mostBytes, signal }: Question,
): Promise<unknown> {
  signal.throwIfAborted();
  const setpriv = findTool('setpriv');
  if (setpriv === undefined) throw new NoAnswer('setpriv, which changes accounts, is not on this machine');
  const env = { ...accountEnvironment(account, process.env), PATH: searchPath() };
  // Not where root is: the account may not be able to be there.
  const child = startProcess(asAccountArgv(setpriv, account, argv), { env, cwd: '/' });
  const ended = new Promise<void>((resolve) => {
    child.nodeChildProcess.once('exit', () => resolve()).once('error', () => resolve());
  });
  const timers: NodeJS.Timeout[] = [];
  const within = (ms: number, then: () => void) => timers.push(setTimeout(then, ms));
  const kill = () => {
    // It may have left the group.
    child.kill('SIGKILL');
    killGroup(child.pid, 'SIGKILL');
  };

  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-COMPLAINT);
  });
  // It may have ended without reading.
  child.stdin.on('error', () => undefined).end(JSON.stringify(asked));

  const answer = new Promise<string>((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const refuse = (why: string) => reject(new NoAnswer(why));
    const none = () => {
      const said = harmless(complaint).trim();
      refuse(`the account's process gave no answer${said === '' ? '' : `:\n${said}`}`);
    };
    child.stdout.on('data', (part: Buffer) => {
      size += part.length;
      if (size > mostBytes) return refuse(`more than ${mostBytes} bytes came back: they are not read`);
      const end = part.indexOf(0x0a);
      parts.push(end === -1 ? part : part.subarray(0, end));
      if (end !== -1) resolve(Buffer.concat(parts).toString('utf8'));
    });
    // What it says of itself comes by another pipe.
    let open = 2;
    for (const stream of [child.stdout, child.stderr]) stream.once('end', () => --open === 0 && none());
    // What it left behind may keep the pipe open.
    void ended.then(() => within(ENDING_MS, none));
    within(limitMs, () => refuse(`no answer within ${limitMs / 1000} s`));
  });
  const stop = () => {
    killGroup(child.pid, 'SIGINT');
    within(STOPPING_MS, kill);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return parsed(await answer);
  } catch (error) {
    // Nothing that it may still say is wanted.
    kill();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    within(ENDING_MS, kill);
    await ended;
    for (const timer of timers) clearTimeout(timer);
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoAnswer(`what came back is not an answer: ${harmless(text.slice(0, 80))}`);
  }
}
