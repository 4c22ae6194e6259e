// What a command in a sandbox gets in the place of a person's terminal: a terminal of its own, or none. Whoever holds a
// terminal may type into it (TIOCSTI, ioctl_tty(2); kernels before 6.2 and dev.tty.legacy_tiocsti) and go on reading it
// when the command is over: what is typed next would be run, or heard, outside of the lab.
import { readFileSync } from 'node:fs';
import type { ShellCommand } from '../../infra/backends/backend.ts';
import { shellQuote } from '../../infra/util/shell-quote.ts';
import { locate } from '../setup/system-tools.ts';

/** Which of the three standard streams are a terminal, whether it listens to us, and where util-linux' script(1) is, which makes terminals. */
export interface TerminalFacts {
  readonly streams: readonly [stdin: boolean, stdout: boolean, stderr: boolean];
  /** A job in the background would be stopped as soon as it changed the terminal. */
  readonly foreground: boolean;
  readonly script: string | undefined;
}

/** What a child's stream is: ours, a pipe that we copy to ours, or nothing. */
export type Stream = 'inherit' | 'pipe' | 'ignore';

export interface OwnTerminal {
  readonly argv: readonly string[];
  readonly stdio: readonly [Stream, Stream, Stream, ...(Stream | number)[]];
  /** A session of its own, without a terminal: not even /dev/tty leads to ours. Signals have to be passed on. */
  readonly session: boolean;
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where script(1) hands a redirected standard error through to the command. */
const STDERR = 4;

/** @param told the command says its exit code on file descriptor 3 */
export function ownTerminal(
  command: ShellCommand,
  { streams, foreground, script }: TerminalFacts,
  told: boolean,
): OwnTerminal {
  const [stdin, stdout, stderr] = streams;
  const third = told ? 'pipe' : 'ignore';
  if (stdin && stdout && foreground && script !== undefined) {
    // Nobody would notice that it was suspended, and a shell that knows about jobs sets its own keys.
    const keys = told ? '' : 'stty susp undef 2> /dev/null; ';
    const line = `${keys}exec ${shellQuote(command.argv)}${stderr ? '' : ` 2>&${STDERR}`}`;
    return {
      argv: [script, '-qec', line, '/dev/null'],
      stdio: ['inherit', 'inherit', 'inherit', third, ...(stderr ? [] : [2])],
      session: false,
      env: { SHELL: '/bin/sh' },
    };
  }
  const output = (terminal: boolean): Stream => (terminal ? 'pipe' : 'inherit');
  return {
    argv: command.argv,
    stdio: [stdin ? 'ignore' : 'inherit', output(stdout), output(stderr), third],
    session: true,
    env: {},
  };
}

/** Of this process. */
export function terminalFacts(): TerminalFacts {
  const { stdin, stdout, stderr } = process;
  return {
    streams: [stdin.isTTY === true, stdout.isTTY === true, stderr.isTTY === true],
    foreground: isInFront(readFileSync('/proc/self/stat', 'utf8')),
    script: locate({ name: 'script' }),
  };
}

/** Whether the process's group is the one that its terminal listens to. @param stat text of /proc/PID/stat (proc(5), pgrp and tpgid) */
export function isInFront(stat: string): boolean {
  const [, , group, , , front] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group === front;
}
