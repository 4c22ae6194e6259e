// `fault`: breaks a lab that is up in a known way, for a person or a test to find out, and mends it again.
import type { Cluster } from '../../../infra/backends/backend.ts';
import { injectFault, repairFault } from '../../../infra/faults/apply.ts';
import { FAULTS } from '../../../infra/faults/catalogue.ts';
import { type Effect, type Fault, type FaultPlan, planFault } from '../../../infra/faults/fault.ts';
import { flowArgv } from '../../../infra/faults/flow-argv.ts';
import { type Injected, injectedFaults, writeInjected } from '../../../infra/faults/injected.ts';
import { withMadePods } from '../../../infra/faults/made-pods.ts';
import { sceneOf } from '../../../infra/faults/scene.ts';
import { observeLab } from '../../../infra/observe/observe-lab.ts';
import { terminalOf } from '../../../infra/report/paint.ts';
import { renderTable } from '../../../infra/report/table.ts';
import { recordedLab, type StackRecord } from '../../../infra/state/stack-store.ts';
import { shellQuote } from '../../../infra/util/shell-quote.ts';
import { chooseRecord } from '../choose-stack.ts';
import { environmentError, usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withCluster } from '../live-lab.ts';
import { mends } from '../mending.ts';
import { asTyped } from '../spelling.ts';
import { unknownName } from '../unknown-name.ts';

interface StackOption {
  readonly stack?: string;
  readonly json?: boolean;
}

/** Of these, a ping or a connection that fails tells. */
const PING_SHOWS: ReadonlySet<Effect> = new Set(['unanswered', 'too-big', 'refused']);
/** For a picture of the lab, or a fault's commands, ms. */
const LIMIT_MS = 60_000;

export async function listFaults(options: StackOption): Promise<ExitCode> {
  const record = await chooseRecord(options.stack, 'npm run -s lab -- fault');
  const plans = await withCluster(record, (cluster) => plansFor(cluster, record));
  const injected = await injectedFaults(record);
  const rows = FAULTS.map(({ name, title, symptom }) => ({
    ...{ name, title, symptom },
    applies: plans.has(name),
    injected: injected.some((one) => one.name === name && !one.unnamed),
  }));
  process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : page(rows));
  return EXIT.pass;
}

function page(rows: readonly (Pick<Fault, 'name' | 'title'> & { applies: boolean; injected: boolean })[]) {
  const { width } = terminalOf(process.stdout);
  const state = ({ applies, injected }: (typeof rows)[number]) =>
    injected ? 'injected' : applies ? 'can be' : 'not here';
  return `${renderTable(
    ['FAULT', 'IN THIS LAB', 'WHAT IS BROKEN'],
    rows.map((row) => [row.name, state(row), row.title]),
    { width },
  )}\n`;
}

/** @param name undefined: one at random, which the user is to find out */
export async function injectFaultInLab(name: string | undefined, options: StackOption): Promise<ExitCode> {
  if (name !== undefined) knownFault(name);
  const record = await chooseRecord(
    options.stack,
    `npm run -s lab -- fault inject${name === undefined ? '' : ` ${name}`}`,
  );
  const { stack, lab } = record;
  const before = await injectedFaults(record);
  if (before.some((one) => one.name === name)) {
    throw usageError(`fault "${name}" is in lab ${lab} already`, repairHint(stack));
  }
  await withCluster(record, async (cluster) => {
    const plans = await plansFor(cluster, record);
    const chosen =
      name ?? anyOf([...plans.keys()].filter((one) => before.every((fault) => fault.name !== one)));
    const plan = plans.get(chosen ?? '');
    if (chosen === undefined || !plan) {
      throw usageError(
        `lab ${lab}, as it stands, has nothing that could break by ${name === undefined ? 'any fault' : `fault "${name}"`}`,
        `npm run -s lab -- fault --stack ${stack}   shows which it can have`,
      );
    }
    await bringIn(cluster, record, chosen, plan, before, name === undefined);
    const [nodes, pods] = await Promise.all([cluster.nodes(), cluster.pods()]);
    const target = [...pods, ...nodes].find(({ name }) => name === plan.flow.to)?.address ?? plan.flow.to;
    if (options.json) {
      const { flow, effect } = plan;
      const shownBy = PING_SHOWS.has(effect) ? { in: flow.from, command: flowArgv(flow, target) } : undefined;
      const named = name === undefined ? {} : { fault: name, ...(shownBy && { shownBy }) };
      process.stdout.write(`${JSON.stringify({ stack, ...named }, null, 2)}\n`);
    } else
      process.stdout.write(
        asTyped(told(record, name === undefined ? undefined : knownFault(name), plan, target)),
      );
  });
  return EXIT.pass;
}

/** @param before the faults that are in already @param unnamed it is to be found out @throws CliError; then nothing of it is in */
export async function bringIn(
  cluster: Cluster,
  record: StackRecord,
  name: string,
  plan: FaultPlan,
  before: readonly Injected[],
  unnamed = false,
): Promise<void> {
  const { repair, culprit } = plan;
  // Before anything is done: whatever ends this command, the fault can be undone.
  const since = new Date().toISOString();
  const injected = { name, since, repair, culprit, ...(unnamed && { unnamed: true as const }) };
  await writeInjected(record, [...before, injected]);
  try {
    await injectFault(cluster, plan, AbortSignal.timeout(LIMIT_MS));
  } catch (error) {
    await writeInjected(record, before);
    throw environmentError(
      `fault "${name}" could not be brought into lab ${record.lab}: ${(error as Error).message}`,
      'what had been done of it is undone',
    );
  }
}

export async function repairFaultInLab(name: string | undefined, options: StackOption): Promise<ExitCode> {
  if (name !== undefined) knownFault(name);
  const record = await chooseRecord(options.stack, 'npm run -s lab -- fault repair');
  const injected = await injectedFaults(record);
  const wanted = name === undefined ? injected : injected.filter((one) => one.name === name);
  if (wanted.length === 0) {
    process.stdout.write(
      options.json
        ? '[]\n'
        : `There is no fault in lab ${record.lab}${name === undefined ? '' : ` called "${name}"`}.\n`,
    );
    return EXIT.pass;
  }
  const { undone, failures } = await withCluster(record, (cluster) => repairAll(cluster, record, wanted));
  if (options.json) process.stdout.write(`${JSON.stringify(undone, null, 2)}\n`);
  else process.stdout.write(asTyped(toldUndone(record, undone, failures.length === 0)));
  if (failures.length === 0) return EXIT.pass;
  throw environmentError(`not all of it could be undone: ${failures.join('; ')}`, mends(record));
}

function toldUndone({ stack }: StackRecord, undone: readonly Undone[], whole: boolean): string {
  return [
    ...undone.map(({ name, host, row }) => `Undone: ${name}. It was on ${host}: ${row}`),
    ...(whole
      ? [`  → npm run -s lab -- verify --stack ${stack}   says whether the lab's checks hold again`]
      : []),
    '',
  ].join('\n');
}

interface Undone {
  readonly name: string;
  readonly host: string;
  /** Of kernel state, as the tools print it. */
  readonly row: string;
}

/** The last one first: it may rest on those before it. @returns where those were that are undone, and what went wrong with the others */
export async function repairAll(
  cluster: Cluster,
  record: StackRecord,
  wanted: readonly Injected[],
): Promise<{ readonly undone: readonly Undone[]; readonly failures: readonly string[] }> {
  const failures: string[] = [];
  const undone: Undone[] = [];
  for (const fault of wanted.toReversed()) {
    const { host, row } = fault.culprit;
    await repairFault(cluster, fault, AbortSignal.timeout(LIMIT_MS)).then(
      () => undone.push({ name: fault.name, host, row }),
      (error: Error) => failures.push(`${fault.name}: ${error.message}`),
    );
    await writeInjected(
      record,
      (await injectedFaults(record)).filter(({ name }) => name !== fault.name),
    );
  }
  return { undone, failures };
}

/** What each fault that the lab can have would do, by its name. */
export async function plansFor(
  cluster: Cluster,
  record: StackRecord,
): Promise<ReadonlyMap<string, FaultPlan>> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const lab = recordedLab(record);
  const scene = sceneOf(withMadePods(await observeLab(cluster, lab, { signal }), lab));
  if (!scene) return new Map();
  return new Map(
    FAULTS.flatMap((fault) => {
      const plan = planFault(fault, scene);
      return plan ? [[fault.name, plan] as const] : [];
    }),
  );
}

/** @param target address that the flow goes to */
function told(
  { stack, lab }: StackRecord,
  fault: Fault | undefined,
  { flow, effect }: FaultPlan,
  target: string,
): string {
  const asking = shellQuote(flowArgv(flow, target));
  const ping = `npm run -s lab -- exec ${flow.from} --stack ${stack} -- ${asking}`;
  const lines = fault
    ? [
        `Fault ${fault.name} is in lab ${lab}.`,
        `  ${fault.symptom}`,
        ...(PING_SHOWS.has(effect) ? [`  → ${ping}   shows it`] : []),
      ]
    : [
        `A fault is in lab ${lab}. Which one, you are to find out.`,
        `  → npm run -s lab -- verify --stack ${stack}   says which of the lab's checks do not hold any more`,
        `  → npm run -s lab -- diagnose --stack ${stack}   names the row of kernel state that is to blame`,
      ];
  return [...lines, `  → ${repairHint(stack)}`, ''].join('\n');
}

function repairHint(stack: string): string {
  return `npm run -s lab -- fault repair --stack ${stack}   undoes it, and tells where it was`;
}

export function knownFault(name: string): Fault {
  const fault = FAULTS.find((one) => one.name === name);
  if (fault) return fault;
  throw unknownName(`there is no fault "${name}"`, name, FAULTS, 'faults');
}

export function anyOf<T>(list: readonly T[]): T | undefined {
  return list[Math.floor(Math.random() * list.length)];
}
