// The shell that a guide's commands are typed into: one for the whole guide, so that variables last from step to step.
import { constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { killGroup, startProcess } from '../util/exec.ts';
import { shellWord } from '../util/shell-quote.ts';

export interface GuideShellOptions {
  /** The checkout: `npm run` works there. */
  readonly cwd: string;
  /** The command line itself, as an argv: `npm run -s lab -- …`, `up` and `down` are calls of it, in the shell's eyes. */
  readonly cnilab: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Ran {
  /** Standard output and standard error, as they came. */
  readonly output: string;
  readonly exitCode: number;
}

/** A command that goes on beside the next ones. */
export interface Listener {
  readonly command: string;
  /** When it has printed something, or has been silent for so long that it will have begun. */
  readonly listening: Promise<void>;
  /** When it has ended, by itself or with the shell. */
  readonly ended: Promise<Ran>;
  stop(): Promise<void>;
}

/** Commands that say when they listen, unless their standard error is sent elsewhere. */
const SAYS_SO = /\btcpdump\b(?!.*2>)/;
/** What says nothing (bridge monitor) is given this long to begin, ms. */
const SILENT_START = 5_000;
const LONGEST_START = 60_000;

export class GuideShell {
  readonly #child: ReturnType<typeof startProcess>;
  readonly #directory: string;
  /** Behind each command's output: no output has it. */
  readonly #mark = `\u0001${Math.random().toString(36).slice(2)}`;
  /** The mark and the exit code, at the end of what was heard. */
  readonly #end = new RegExp(`${this.#mark} (\\d+)\\n$`);
  #heard = '';
  #ended = false;
  #waiting: { readonly done: (ran: Ran) => void; readonly onOutput: (text: string) => void } | undefined;
  #listeners = 0;
  /** Of listeners that have not ended. */
  readonly #pipes = new Set<Socket>();
  #closing: Promise<void> | undefined;

  private constructor(child: ReturnType<typeof startProcess>, directory: string) {
    this.#child = child;
    this.#directory = directory;
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => this.#hear(text));
    child.stdout.on('close', () => this.#close());
    child.stdin.on('error', () => {});
  }

  static async open({ cwd, cnilab, env }: GuideShellOptions): Promise<GuideShell> {
    const directory = await mkdtemp(path.join(tmpdir(), 'cnilab-guide-'));
    const child = startProcess(['sh'], { cwd, env });
    child.catch(() => {});
    const shell = new GuideShell(child, directory);
    // Interrupted, a command ends and the shell goes on: its variables are needed.
    child.stdin.write(`exec 2>&1\ntrap : INT\n${npmFunction(cnilab)}\n`);
    return shell;
  }

  /**
   * Types a command and waits for its end. It has no standard input.
   * @param onOutput gets the output as it comes
   * @throws when the shell itself has ended
   */
  async run(command: string, onOutput: (text: string) => void = () => {}): Promise<Ran> {
    if (this.#ended) throw new Error('the shell of this guide has ended');
    return await new Promise((done) => {
      this.#heard = '';
      this.#waiting = { done, onOutput };
      this.#child.stdin.write(
        `command eval ${shellWord(command)} < /dev/null; printf '%s %s\\n' ${shellWord(this.#mark)} "$?"\n`,
      );
    });
  }

  /** Ctrl-C for the program that is running; what else is on its line goes on. */
  interrupt(): void {
    killGroup(this.#child.pid, 'SIGINT');
  }

  /** Starts a command beside those that follow. */
  async listen(command: string): Promise<Listener> {
    const fifo = path.join(this.#directory, `${this.#listeners++}`);
    const to = shellWord(fifo);
    await this.run(`mkfifo -m 600 ${to}`);
    // For writing as well: so it can be opened at once, and its end is what says the mark.
    const pipe = new Socket({ fd: openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK), writable: false });
    pipe.setEncoding('utf8');
    this.#pipes.add(pipe);
    let heard = '';
    let ready = () => {};
    const listening = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const timer = setTimeout(ready, SAYS_SO.test(command) ? LONGEST_START : SILENT_START);
    const ended = new Promise<Ran>((resolve) => {
      pipe.on('data', (text) => {
        heard += text;
        if (!SAYS_SO.test(command) || /listening on/.test(heard)) ready();
        if (this.#end.test(heard)) pipe.destroy();
      });
      pipe.on('close', () => {
        clearTimeout(timer);
        this.#pipes.delete(pipe);
        ready();
        resolve(this.#split(heard));
      });
    });
    const { output } = await this.run(
      `{ command eval ${shellWord(command)}; printf '%s %s\\n' ${shellWord(this.#mark)} "$?"; } > ${to} 2>&1 & echo $!`,
    );
    const pid = output.trim();
    const stop = async () => {
      // The command line passes it on to what it runs in the lab (proc(5), children).
      await this.run(`kill ${pid} $(cat /proc/${pid}/task/${pid}/children) 2> /dev/null; true`);
      pipe.destroy();
    };
    return { command, listening, ended, stop };
  }

  /** Ends the shell and whatever it has started. */
  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  async #stop(): Promise<void> {
    this.#child.stdin.end();
    killGroup(this.#child.pid, 'SIGTERM');
    await this.#child.catch(() => {});
    await rm(this.#directory, { recursive: true, force: true });
  }

  #hear(text: string): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    const before = this.#heard.length;
    this.#heard += text;
    const end = this.#end.exec(this.#heard);
    // A mark may come in two pieces: what could be the beginning of one is kept back.
    const upTo = end
      ? end.index
      : this.#heard.includes('\u0001')
        ? this.#heard.indexOf('\u0001')
        : this.#heard.length;
    if (upTo > before) waiting.onOutput(this.#heard.slice(before, upTo));
    if (!end) return;
    this.#waiting = undefined;
    waiting.done(this.#split(this.#heard));
  }

  #split(heard: string): Ran {
    const end = this.#end.exec(heard);
    if (!end) return { output: heard, exitCode: 143 };
    return { output: heard.slice(0, end.index), exitCode: Number(end[1]) };
  }

  #close(): void {
    this.#ended = true;
    for (const pipe of this.#pipes) pipe.destroy();
    this.#waiting?.done({ output: this.#heard, exitCode: 127 });
    this.#waiting = undefined;
  }
}

/** `npm run -s lab -- …` without npm: a function of the shell, which its sub-shells have as well. */
function npmFunction(cnilab: readonly string[]): string {
  const call = cnilab.map(shellWord).join(' ');
  return [
    'npm() {',
    '  case "$1 $2" in "run -s") shift 2 ;; run\\ *) shift ;; *) command npm "$@"; return ;; esac',
    '  cnilab_script=$1; shift; [ "$1" = -- ] && shift',
    '  case $cnilab_script in',
    `    lab) ${call} "$@" ;;`,
    `    up|down) ${call} "$cnilab_script" "$@" ;;`,
    // The engine is on PATH where npm started the guide; where it was not npm, npm makes it ready.
    '    pulumi) if command -v pulumi > /dev/null; then pulumi "$@"; else command npm run -s pulumi -- "$@"; fi ;;',
    '    *) command npm run -s "$cnilab_script" -- "$@" ;;',
    '  esac',
    '}',
  ].join('\n');
}
