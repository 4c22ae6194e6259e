// `up`: a lab file becomes a running lab. One engine run, and nothing starts before the file is right.
import { DEFAULT_BACKEND } from '../../../infra/backends/registry.ts';
import type { Lab } from '../../../infra/lab/lab.ts';
import { loadLab } from '../../../infra/lab/load.ts';
import { readRecord, type StackRecord } from '../../../infra/state/stack-store.ts';
import { shellQuote } from '../../../infra/util/shell-quote.ts';
import { parseSettings, refuseUnknownSettings } from '../backend-settings.ts';
import { checkStackName } from '../choose-stack.ts';
import { onlyExperimentsFailed } from '../engine/failures.ts';
import { openStack, type StackSession, saysLocked } from '../engine/stack-session.ts';
import { engineLog, operationError } from '../engine/update-stack.ts';
import { decisiveVerdict, EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { refuseAnotherLab, refuseAnotherState } from '../foreign-stack.ts';
import { DEFAULT_LAB, findLabFile, nameInCheckout } from '../lab-files.ts';
import { labReport } from '../lab-report.ts';
import { refuseWithoutTools } from '../needed-tools.ts';
import { asTyped } from '../spelling.ts';
import { keepStackConfig } from '../stack-config.ts';
import { type StoodLab, standUp } from '../stand-up.ts';
import { readablePath, shortPath } from '../text.ts';
import { takeDown } from './down.ts';
import { published } from './results.ts';

export interface UpOptions {
  readonly stack?: string;
  readonly isolation?: string;
  readonly backend?: string;
  /** Settings of backends: `key=value` of the stack's own, `<backend>.<key>=<value>` of any. */
  readonly set?: readonly string[];
  /** The outcome as JSON; what goes on meanwhile is told on standard error. */
  readonly json?: boolean;
}

/** Plain `up` looks at the lab file and at what still runs; refresh looks at every route and veth. */
const UNCHANGED =
  '  nothing to change in the lab file since the last up (npm run pulumi -- refresh finds what was changed by hand)\n';

export async function up(word: string | undefined, options: UpOptions): Promise<ExitCode> {
  const file = await findLabFile(word ?? DEFAULT_LAB);
  const lab = await loadLab(readablePath(file));
  const stack = checkStackName(options.stack ?? lab.name);
  const before = await readRecord(stack);
  const both = besideOrInstead(file, stack);
  await refuseAnotherLab(before, lab, file, both);
  const backend = options.backend ?? before?.backend ?? DEFAULT_BACKEND;
  const settings = parseSettings(options.set ?? [], backend);
  await Promise.all([refuseUnknownSettings(backend, settings), refuseWithoutTools(lab, backend)]);
  const session = await openStack(stack);
  const restoreConfig = await keepStackConfig(stack);
  await refuseAnotherState(before, session, both);
  const out = options.json ? process.stderr : process.stdout;
  out.write(`Lab ${lab.name} (${shortPath(file)}), stack ${stack}:\n`);
  const { isolation } = options;
  const config = { backend: options.backend, isolation };
  const stood = await standUp(session, { file, lab, config, settings, goOn: goOn(file, stack, lab), out });
  return await conclude({ session, file, lab, options, ...stood, before, restoreConfig });
}

function besideOrInstead(file: string, stack: string): readonly string[] {
  return [
    `npm run up -- ${shortPath(file)} --stack <another name>   stands this one up beside it`,
    `npm run down -- --stack ${stack}   takes the other one down`,
  ];
}

interface Run extends StoodLab {
  readonly session: StackSession;
  readonly file: string;
  readonly lab: Lab;
  readonly options: UpOptions;
  /** What stood when it began. */
  readonly before: StackRecord | undefined;
  /** Makes the stack's config what it was then. */
  readonly restoreConfig: () => Promise<void>;
}

async function conclude(run: Run): Promise<ExitCode> {
  const { session, file, lab, options, outcome, isNew, before, restoreConfig } = run;
  const { stack } = session;
  const report = await labReport(stack);
  const experimentsFailed = onlyExperimentsFailed(outcome.failures);
  if (report && (outcome.ok || experimentsFailed)) {
    const unchanged = outcome.ok && Object.keys(outcome.changes).every((op) => op === 'same');
    if (options.json) process.stdout.write(`${JSON.stringify(published(report.results), null, 2)}\n`);
    else process.stdout.write(`${unchanged ? asTyped(UNCHANGED) : ''}\n${report.text}\n`);
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
    // What stands is kept, whatever became of its experiments; and what another command is making is that one's.
    ...(isNew && !kept && !experimentsFailed && !outcome.failures.some(({ message }) => saysLocked(message))
      ? await clearAway(file, stack, lab, options, restoreConfig)
      : goOn(file, stack, lab)),
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
async function clearAway(
  file: string,
  stack: string,
  lab: Lab,
  options: UpOptions,
  restoreConfig: () => Promise<void>,
): Promise<readonly string[]> {
  try {
    await takeDown(stack, {
      logFile: engineLog(stack, 'engine-down'),
      out: options.json ? process.stderr : process.stdout,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [`what was made of it could not be taken down: ${why}`, ...goOn(file, stack, lab)];
  }
  await restoreConfig();
  // What was said of the backend on the command line is not in it.
  const { backend, set = [] } = options;
  const said = [
    ...(backend === undefined ? [] : ['--backend', backend]),
    ...set.flatMap((word) => ['--set', word]),
  ];
  const [again = ''] = goOn(file, stack, lab, said);
  return [again.replace(/goes on from where it stopped$/, 'tries again, from the beginning')];
}

function goOn(file: string, stack: string, lab: Lab, said: readonly string[] = []): readonly string[] {
  const name = nameInCheckout(file) ?? shortPath(file);
  const options = [...(stack === lab.name ? [] : ['--stack', stack]), ...said];
  const args = [...(name === DEFAULT_LAB ? [] : [name]), shellQuote(options)].filter((word) => word !== '');
  return [
    `npm run up${args.length > 0 ? ` -- ${args.join(' ')}` : ''}   goes on from where it stopped`,
    `npm run down -- --stack ${stack}   clears it away`,
  ];
}
