// `guide --check`, `--update` and `--render`: every command of a guide typed into its live lab.
import { writeFile } from 'node:fs/promises';
import { playedBlocksOf } from '../../../infra/guide/guide.ts';
import { ownUpAndDown, type PlayedCommand, playGuide } from '../../../infra/guide/play-guide.ts';
import type { GuideShell } from '../../../infra/guide/shell.ts';
import { writeOutputs } from '../../../infra/guide/write-outputs.ts';
import { readRecord } from '../../../infra/state/stack-store.ts';
import { shellWord } from '../../../infra/util/shell-quote.ts';
import { CliError, environmentError } from '../cli-error.ts';
import { onStopRequests } from '../engine/stop-requests.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { asTyped } from '../spelling.ts';
import { StatusLine } from '../status-line.ts';
import { shortPath } from '../text.ts';
import { differenceText } from './difference-text.ts';
import { type FoundGuide, sameAgain } from './find-guide.ts';
import { openGuideShell } from './guide-shell.ts';

export async function checkGuide(found: FoundGuide): Promise<ExitCode> {
  const played = await play(found);
  const differences = played.flatMap(({ difference }) => difference ?? []);
  const right = played.length - differences.length;
  for (const difference of differences)
    process.stdout.write(`${differenceText(shortPath(found.file), difference)}\n\n`);
  process.stdout.write(
    `Guide ${shortPath(found.file)}: ${right} of ${played.length} commands print what it shows\n`,
  );
  if (differences.length === 0) return EXIT.pass;
  process.stderr.write(
    asTyped(
      `  → npm run -s lab -- guide --update ${sameAgain(found)}   writes what they print now into it\n`,
    ),
  );
  return EXIT.fail;
}

export async function updateGuide(found: FoundGuide): Promise<ExitCode> {
  const played = await play(found);
  const waiting = played.find(({ stopped }) => stopped);
  if (waiting) {
    throw environmentError(
      `${shortPath(found.file)}:${waiting.command.line}: this was still waiting when the block beside it was done: ${waiting.command.text}`,
      'nothing is written; run it again, or let it wait for less',
    );
  }
  const text = writeOutputs(found.text, played);
  const changed = played.filter(({ difference }) => difference).length;
  if (text !== found.text) await writeFile(found.file, text);
  process.stdout.write(
    `Guide ${shortPath(found.file)}: ${played.length} commands, ${changed} of them print something else than it showed\n`,
  );
  return EXIT.pass;
}

/** @param output where the article goes; standard output unless told */
export async function renderGuide(found: FoundGuide, output: string | undefined): Promise<ExitCode> {
  const text = writeOutputs(found.text, await play(found));
  if (output === undefined) process.stdout.write(text);
  else await writeFile(output, text);
  return EXIT.pass;
}

/** A lab that is not up is stood up by the guide's own first command, and taken down by its last. */
async function play(found: FoundGuide): Promise<readonly PlayedCommand[]> {
  const { guide, lab, stack, record } = found;
  const status = new StatusLine(process.stderr);
  const shell = await openGuideShell(stack);
  const abort = new AbortController();
  // Closing the shell ends the command that is under way.
  const ignore = onStopRequests(() => {
    abort.abort();
    void shell.close();
  });
  const all = playedBlocksOf(guide).flatMap(({ commands }) => commands);
  let count = 0;
  try {
    if (!record && !ownUpAndDown(guide).up) await standUpItself(shell, found);
    return await playGuide(guide, {
      shell,
      named: { lab, stack },
      standing: record !== undefined,
      signal: abort.signal,
      onCommand: ({ text }) => status.update([], `${++count} of ${all.length}  ${text.split('\n')[0]}`),
    });
  } catch (cause) {
    if (abort.signal.aborted) throw new CliError('stopped', leftStanding(found), EXIT.interrupted, { cause });
    if ((cause as Error).name === 'CannotStart')
      throw environmentError(`${shortPath(found.file)}: ${(cause as Error).message}`);
    throw cause;
  } finally {
    status.update([]);
    ignore();
    if (!abort.signal.aborted && !record && (await readRecord(stack))) await takeDownItself(shell, stack);
    await shell.close();
  }
}

/** For a guide that does not begin with `up`. */
async function standUpItself(shell: GuideShell, { lab, labFile, stack }: FoundGuide): Promise<void> {
  const { output, exitCode } = await shell.run(`npm run -s up -- ${shellWord(labFile)} --stack ${stack}`);
  if (exitCode !== EXIT.pass)
    throw environmentError(`lab ${lab} could not be stood up:\n${output.trimEnd()}`);
}

/** What `down` says when it cannot is for the person; what has been played is worth telling all the same. */
async function takeDownItself(shell: GuideShell, stack: string): Promise<void> {
  const { output, exitCode } = await shell.run(`npm run -s down -- --stack ${stack}`);
  if (exitCode !== EXIT.pass) process.stderr.write(output);
}

function leftStanding({ record, stack }: FoundGuide): readonly string[] {
  if (record) return ['what the guide had changed in the lab may have stayed: npm run -s lab -- verify says'];
  return [`npm run down -- --stack ${stack}   clears away what stands`];
}
