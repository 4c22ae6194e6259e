// `up`: a lab file becomes a running lab. One engine run, and nothing starts before the file is right.
import { realpath, rm } from 'node:fs/promises';
import { DEFAULT_BACKEND, loadBackend } from '../../../infra/backends/registry.ts';
import { CHECKED_LAB, checkedLabFile, handOver } from '../../../infra/checked-lab.ts';
import type { Lab } from '../../../infra/lab/lab.ts';
import { loadLab } from '../../../infra/lab/load.ts';
import { backendUrl } from '../../../infra/origin.ts';
import { readRecord, type StackRecord } from '../../../infra/state/stack-store.ts';
import { checkStackName } from '../choose-stack.ts';
import { usageError } from '../cli-error.ts';
import { onlyExperimentsFailed } from '../engine/failures.ts';
import type { EngineOutcome } from '../engine/run-engine.ts';
import { clearLeftovers, ensureStack, openStack, type StackSession } from '../engine/stack-session.ts';
import { engineLog, operate, operationError } from '../engine/update-stack.ts';
import { decisiveVerdict, EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { DEFAULT_LAB, findLabFile, nameInCheckout } from '../lab-files.ts';
import { labReport } from '../lab-report.ts';
import { refuseWithoutTools } from '../needed-tools.ts';
import { PROJECT } from '../project.ts';
import { shortPath } from '../text.ts';
import { takeDown } from './down.ts';

export interface UpOptions {
  readonly stack?: string;
  readonly isolation?: string;
  readonly backend?: string;
}

/** Plain `up` looks at the lab file and at what still runs; refresh looks at every route and veth. */
const UNCHANGED =
  '  nothing to change in the lab file since the last up (npm run pulumi -- refresh finds what was changed by hand)\n';

export async function up(word: string | undefined, options: UpOptions): Promise<ExitCode> {
  const file = await findLabFile(word ?? DEFAULT_LAB);
  const lab = await loadLab(shortPath(file));
  const stack = checkStackName(options.stack ?? lab.name);
  const before = await readRecord(stack);
  await refuseAnotherLab(before, lab, file);
  await refuseWithoutTools(lab, options.backend ?? before?.backend ?? DEFAULT_BACKEND);
  const session = await openStack(stack);
  await refuseAnotherState(before, session, file);
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  say(`Lab ${lab.name} (${shortPath(file)}), stack ${stack}:`);
  await clearLeftovers(session, say);
  const isNew = await ensureStack(session, goOn(file, stack, lab));
  const outcome = await withCheckedLab(session, lab, file, (informed) =>
    operate(informed, {
      args: ['up', '--yes', '--skip-preview', '--suppress-outputs', ...configArgs(file, options)],
      lab: lab.name,
      goOn: goOn(file, stack, lab),
    }),
  );
  if (outcome.pendingCreates) await forgetPendingCreates(session, lab);
  return await conclude({ session, file, lab, outcome, isNew, before });
}

/** Another lab under the same stack would be torn down to make room: never without being asked to. */
async function refuseAnotherLab(record: StackRecord | undefined, lab: Lab, file: string): Promise<void> {
  if (!record || (await samePlace(record.labFile, file))) return;
  const { stack } = record;
  throw usageError(
    record.lab === lab.name
      ? `stack "${stack}" holds another lab of that name, made from ${record.labFile}`
      : `stack "${stack}" holds lab ${record.lab}, not ${lab.name}`,
    ...besideOrInstead(file, stack),
  );
}

/** Stacks of two Pulumi states may have one name, and this machine one lab of that name: it belongs to the first. */
async function refuseAnotherState(
  record: StackRecord | undefined,
  { stack, env }: StackSession,
  file: string,
): Promise<void> {
  if (!record || record.backendUrl === (await backendUrl(env))) return;
  const backend = await loadBackend(record.backend);
  if (!(await backend.isAlive(record.handle))) return;
  throw usageError(
    `a lab is already up under stack "${stack}", whose Pulumi state is in ${record.backendUrl}`,
    ...besideOrInstead(file, stack),
  );
}

function besideOrInstead(file: string, stack: string): readonly string[] {
  return [
    `npm run up -- ${shortPath(file)} --stack <another name>   stands this one up beside it`,
    `npm run down -- --stack ${stack}   takes the other one down`,
  ];
}

async function samePlace(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((file) => realpath(file).catch(() => file)));
  return a === b;
}

/** The program of this run gets the lab as it has been read here. */
async function withCheckedLab<T>(
  session: StackSession,
  lab: Lab,
  file: string,
  work: (session: StackSession) => Promise<T>,
): Promise<T> {
  const checked = checkedLabFile(session.stack);
  try {
    await handOver(lab, file, checked);
    return await work({ ...session, env: { ...session.env, [CHECKED_LAB]: checked } });
  } finally {
    await rm(checked, { force: true });
  }
}

function configArgs(file: string, { backend, isolation }: UpOptions): readonly string[] {
  // By its name a lab of the checkout is found wherever the checkout is moved to.
  const settings = { lab: nameInCheckout(file) ?? file, backend, isolation };
  return Object.entries(settings).flatMap(([key, setting]) =>
    setting === undefined ? [] : ['--config', `${PROJECT}:${key}=${setting}`],
  );
}

/**
 * The engine never forgets by itself that it was killed while it was creating something, and warns of it for ever.
 * Our provider has found or removed what was half made, so a refresh may clear it.
 */
async function forgetPendingCreates(session: StackSession, lab: Lab): Promise<void> {
  await operate(session, {
    args: ['refresh', '--yes', '--skip-preview', '--suppress-outputs', '--clear-pending-creates'],
    lab: lab.name,
    goOn: [],
  });
}

interface Run {
  readonly session: StackSession;
  readonly file: string;
  readonly lab: Lab;
  readonly outcome: EngineOutcome;
  /** The stack was made by this command. */
  readonly isNew: boolean;
  /** What stood when it began. */
  readonly before: StackRecord | undefined;
}

async function conclude(run: Run): Promise<ExitCode> {
  const { session, file, lab, outcome, isNew, before } = run;
  const { stack } = session;
  const report = await labReport(stack);
  const experimentsFailed = onlyExperimentsFailed(outcome.failures);
  if (report && (outcome.ok || experimentsFailed)) {
    const unchanged = outcome.ok && Object.keys(outcome.changes).every((op) => op === 'same');
    if (unchanged) process.stdout.write(UNCHANGED);
    process.stdout.write(`\n${report.text}\n`);
  }
  const recorded = lab.experiments.filter(({ onFailure }) => onFailure === 'record').map(({ name }) => name);
  const exitCode = report
    ? exitCodeOf(decisiveVerdict(report.results.experiments, new Set(recorded)))
    : EXIT.pass;
  if (outcome.ok) return exitCode;
  if (experimentsFailed && exitCode !== EXIT.pass) return exitCode;
  const failed = { session, outcome, lab: lab.name, exitCode: EXIT.environment };
  const kept = before !== undefined && before.handle.id === (await readRecord(stack))?.handle.id;
  if (kept && stood(before)) {
    throw operationError(
      `the lab under stack "${stack}" could not be changed; the rest of it stands`,
      failed,
      ...goOn(file, stack, lab).toSpliced(
        1,
        0,
        'put the lab file back as it was, and the same command undoes what has been changed',
      ),
    );
  }
  throw operationError(
    `the lab under stack "${stack}" could not be stood up`,
    failed,
    // What stands is kept, whatever became of its experiments.
    ...(isNew && !kept && !experimentsFailed ? await clearAway(file, stack, lab) : goOn(file, stack, lab)),
  );
}

/** It had pods: one that was cut off before that has never stood. */
function stood({ status, definition }: StackRecord): boolean {
  return status === 'ready' && definition.workloads.length > 0;
}

/**
 * A lab that never stood is of no use to anybody, and what was made of it would only be in the way.
 * @returns what to do next
 */
async function clearAway(file: string, stack: string, lab: Lab): Promise<readonly string[]> {
  try {
    await takeDown(stack, engineLog(stack, 'engine-down'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [`what was made of it could not be taken down: ${why}`, ...goOn(file, stack, lab)];
  }
  const [again = ''] = goOn(file, stack, lab);
  return [again.replace(/goes on from where it stopped$/, 'tries again, from the beginning')];
}

function goOn(file: string, stack: string, lab: Lab): readonly string[] {
  const name = nameInCheckout(file) ?? shortPath(file);
  const args = [...(name === DEFAULT_LAB ? [] : [name]), ...(stack === lab.name ? [] : ['--stack', stack])];
  return [
    `npm run up${args.length > 0 ? ` -- ${args.join(' ')}` : ''}   goes on from where it stopped`,
    `npm run down -- --stack ${stack}   clears it away`,
  ];
}
