// `down`: takes labs down, in whatever state they are, until nothing of them is left.
import { rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { loadBackend } from '../../../infra/backends/registry.ts';
import { checkedLabFile } from '../../../infra/checked-lab.ts';
import { listCourses } from '../../../infra/course/course-store.ts';
import { indent } from '../../../infra/report/words.ts';
import { listRecords, readRecord, removeStack } from '../../../infra/state/stack-store.ts';
import { checkStackName } from '../choose-stack.ts';
import { CliError, usageError } from '../cli-error.ts';
import { stacksInBackend } from '../engine/file-backend.ts';
import { clearLeftovers, openStack, type StackSession, stackExists } from '../engine/stack-session.ts';
import { engineLog, operate, operationError } from '../engine/update-stack.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { explainError } from '../explain-error.ts';
import { DEFAULT_LAB } from '../lab-files.ts';
import { PROJECT } from '../project.ts';
import { removeStackConfig } from '../stack-config.ts';

export interface DownOptions {
  readonly stack?: string;
  readonly all?: boolean;
  /** `{stacks}` that were taken down; what goes on meanwhile is told on standard error. */
  readonly json?: boolean;
}

export async function down(word: string | undefined, options: DownOptions): Promise<ExitCode> {
  if (options.all && (word !== undefined || options.stack !== undefined)) {
    throw usageError('--all takes every lab down: a lab or --stack beside it makes no sense');
  }
  const out = options.json ? process.stderr : process.stdout;
  const stacks = options.all
    ? await takeDownAll(out)
    : await takeDownEach([await stackToTakeDown(word, options.stack)], out);
  if (options.json) process.stdout.write(`${JSON.stringify({ stacks }, null, 2)}\n`);
  return EXIT.pass;
}

async function takeDownAll(out: Writable): Promise<readonly string[]> {
  const courses = await listCourses();
  const instances =
    courses.length === 0 ? [] : await (await import('../course/down.ts')).takeDownCourses(courses, out);
  const stacks = await allStacks();
  if (stacks.length === 0 && instances.length === 0)
    out.write('No lab is up: there is nothing to take down.\n');
  return [...instances, ...(await takeDownEach(stacks, out))];
}

/**
 * @returns those that stood
 * @throws CliError with every failure, after all have been tried; being told to stop is the end of trying
 */
async function takeDownEach(stacks: readonly string[], out: Writable): Promise<readonly string[]> {
  const [only] = stacks;
  if (stacks.length === 1 && only !== undefined) return (await takeDown(only, { out })) ? [only] : [];
  const failures: string[] = [];
  const stood: string[] = [];
  let down = 0;
  let stopped = false;
  for (const stack of stacks) {
    try {
      if (await takeDown(stack, { out })) stood.push(stack);
      down += 1;
    } catch (error) {
      const { text, exitCode } = explainError(error);
      failures.push(indent(`${stack}: ${text}`, 2));
      stopped = exitCode === EXIT.interrupted;
      if (stopped) break;
      out.write(`Stack ${stack} could not be taken down: the reason is at the end.\n`);
    }
  }
  if (failures.length === 0) return stood;
  const left = `${stacks.length - down} of ${stacks.length} stacks`;
  throw new CliError(
    `${stopped ? `stopped; ${left} are not down` : `${left} could not be taken down`}:\n${failures.join('\n')}`,
    [],
    stopped ? EXIT.interrupted : EXIT.environment,
  );
}

async function stackToTakeDown(word: string | undefined, asked: string | undefined): Promise<string> {
  if (asked !== undefined) return checkStackName(asked);
  const records = await listRecords();
  if (word === undefined) {
    if (process.env.CNILAB_STACK) return checkStackName(process.env.CNILAB_STACK);
    if (records.length <= 1) return records[0]?.stack ?? DEFAULT_LAB;
    throw usageError(
      `${records.length} labs are up; say which one to take down`,
      ...records.map(({ stack, lab }) => `npm run down -- --stack ${stack}   (lab ${lab})`),
      'npm run down -- --all   takes down every one',
    );
  }
  if (records.some(({ stack }) => stack === word)) return word;
  const ofLab = records.filter(({ lab, labFile }) => lab === word || labFile.endsWith(`/${word}`));
  if (ofLab.length > 1) {
    throw usageError(
      `lab ${word} is up more than once; say which one to take down`,
      ...ofLab.map(({ stack }) => `npm run down -- --stack ${stack}`),
    );
  }
  return ofLab[0]?.stack ?? checkStackName(word);
}

async function allStacks(): Promise<readonly string[]> {
  const { directory } = await openStack(DEFAULT_LAB);
  const known = directory === undefined ? [] : await stacksInBackend(directory, PROJECT);
  return [...new Set([...(await listRecords()).map(({ stack }) => stack), ...known])].sort();
}

export interface TakeDownOptions {
  /** Gets the engine's account of it, and goes with the stack. @default engineLog of the stack */
  readonly logFile?: string;
  /** Gets the live lines. @default standard output */
  readonly out?: Writable;
}

/** @returns whether anything stood */
export async function takeDown(
  stack: string,
  { logFile = engineLog(stack), out = process.stdout }: TakeDownOptions = {},
): Promise<boolean> {
  const say = (line: string) => void out.write(`${line}\n`);
  const record = await readRecord(stack);
  const session = await openStack(stack);
  await clearLeftovers(session, say);
  const exists = await stackExists(session);
  // Where only the engine could tell and we have no record, it is asked by trying.
  const destroyed = exists === false ? false : await destroy(session, record?.lab ?? stack, logFile, out);
  // Without Pulumi's state the record still says which cluster it was.
  const left = await readRecord(stack);
  if (left) {
    const backend = await loadBackend(left.backend);
    say(`Taking down ${left.lab}, of which Pulumi has no state …`);
    await backend.deleteCluster(left.handle, { signal: new AbortController().signal });
    // The engine, when it removes a stack, removes its settings too.
    await removeStackConfig(stack);
  }
  const files = [logFile, engineLog(stack, 'engine-down'), checkedLabFile(stack)];
  await Promise.all([removeStack(stack), ...files.map((file) => rm(file, { force: true }))]);
  const stood = destroyed || left !== undefined;
  say(
    stood
      ? `Stack ${stack} is down; nothing of it is left.`
      : `Nothing stands under stack "${stack}": there is nothing to take down.`,
  );
  return stood;
}

/** @returns false when the engine has no such stack */
async function destroy(session: StackSession, lab: string, logFile: string, out: Writable): Promise<boolean> {
  out.write(`Taking down stack ${session.stack}:\n`);
  const outcome = await operate(session, {
    args: ['destroy', '--yes', '--skip-preview', '--suppress-outputs', '--remove'],
    lab,
    // An experiment leaves nothing that would have to be taken down.
    hidden: ['Experiment'],
    goOn: [`npm run down -- --stack ${session.stack}   goes on from where it stopped`],
    logFile,
    out,
  });
  if (outcome.ok) return true;
  if (/no stack named/.test(outcome.stderr)) return false;
  throw operationError(
    `stack "${session.stack}" could not be taken down`,
    { session, outcome, lab, exitCode: EXIT.environment },
    `npm run down -- --stack ${session.stack}   tries again`,
  );
}
