// Types a guide's commands into a shell, one block after the other, and tells what each of them printed.
import { compareOutput, type OutputDifference } from './compare-output.ts';
import { commandForStack, type NamedStack, outputForLab } from './for-stack.ts';
import type { CommandBlock, Guide, GuideCommand } from './guide.ts';
import { playedBlocksOf } from './guide.ts';
import type { GuideShell, Listener } from './shell.ts';

export interface PlayedCommand {
  readonly command: GuideCommand;
  readonly block: CommandBlock;
  /** Line by line, without trailing spaces. */
  readonly printed: readonly string[];
  readonly exitCode: number;
  /** Whether it was a listener that went on waiting, and had to be stopped. */
  readonly stopped: boolean;
  /** Undefined when it printed what the guide shows. */
  readonly difference: OutputDifference | undefined;
}

export interface PlayOptions {
  readonly shell: GuideShell;
  readonly named: NamedStack;
  /** Whether the lab stood before: then it is neither stood up nor taken down. */
  readonly standing: boolean;
  readonly onCommand?: (command: GuideCommand) => void;
  readonly signal?: AbortSignal;
}

/** The lab did not come up, or did not go: nothing behind it means anything. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
  constructor(command: GuideCommand, output: string) {
    super(`line ${command.line}: ${command.text} failed:\n${output.trimEnd()}`);
  }
}

/** How long a listener may go on when what it waits for has been done, ms. */
const LISTENER_LIMIT = 60_000;

/** As shells have it: 128 + SIGTERM. */
const STOPPED = 143;

/** Every command that is not for a reader's hands alone, in the order of the guide. */
export async function playGuide(guide: Guide, options: PlayOptions): Promise<readonly PlayedCommand[]> {
  const played: PlayedCommand[] = [];
  const { up, down } = ownUpAndDown(guide);
  let listeners: {
    readonly heard: Listener;
    readonly command: GuideCommand;
    readonly block: CommandBlock;
  }[] = [];
  for (const block of playedBlocksOf(guide)) {
    if (block.terminal !== undefined) {
      for (const command of block.commands) {
        options.signal?.throwIfAborted();
        options.onCommand?.(command);
        const heard = await options.shell.listen(commandForStack(command.text, options.named));
        listeners.push({ heard, command, block });
      }
      continue;
    }
    await Promise.all(listeners.map(({ heard }) => heard.listening));
    for (const command of block.commands) {
      options.signal?.throwIfAborted();
      const standsOrGoes = command === up || command === down;
      if (options.standing && standsOrGoes) continue;
      options.onCommand?.(command);
      const ran = await options.shell.run(commandForStack(command.text, options.named));
      if (standsOrGoes && ran.exitCode !== 0) throw new CannotStart(command, ran.output);
      played.push(outcome(command, block, ran.output, ran.exitCode, options.named));
    }
    for (const { heard, command, block: beside } of listeners) {
      const ran = await ending(heard);
      played.push(outcome(command, beside, ran.output, ran.exitCode, options.named));
    }
    listeners = [];
  }
  return played.toSorted((a, b) => a.command.line - b.command.line);
}

async function ending(heard: Listener) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, LISTENER_LIMIT, undefined);
  });
  const ran = await Promise.race([heard.ended, late]);
  clearTimeout(timer);
  if (ran) return ran;
  await heard.stop();
  const { output } = await heard.ended;
  return { output: `${output}(stopped: it was still waiting)\n`, exitCode: STOPPED };
}

/** The guide's first command, if it stands the lab up, and its last, if it takes it down. Between them both are exercises. */
export function ownUpAndDown(guide: Guide): {
  readonly up: GuideCommand | undefined;
  readonly down: GuideCommand | undefined;
} {
  const all = playedBlocksOf(guide).flatMap(({ commands }) => commands);
  const only = (verb: string, command: GuideCommand | undefined) =>
    command && new RegExp(`^npm run (-s )?${verb}( -- [\\w./ -]+)?$`).test(command.text.trim())
      ? command
      : undefined;
  return { up: only('up', all[0]), down: only('down', all.at(-1)) };
}

function outcome(
  command: GuideCommand,
  block: CommandBlock,
  output: string,
  exitCode: number,
  named: NamedStack,
): PlayedCommand {
  const printed = linesOf(outputForLab(output, named));
  return {
    command,
    block,
    printed,
    exitCode,
    stopped: exitCode === STOPPED,
    difference: compareOutput(command, printed, block.marks),
  };
}

/** As they stand in a document: no trailing spaces, no carriage returns, no empty lines at the end. */
export function linesOf(output: string): readonly string[] {
  const lines = output.split('\n').map((line) => line.trimEnd());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
