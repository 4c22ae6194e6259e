// `status`: how a lab that is up is doing: its processes, the faults in it, what its experiments said last.
import { loadBackend } from '../../../infra/backends/registry.ts';
import type { Verdict } from '../../../infra/experiments/result.ts';
import { injectedFaults } from '../../../infra/faults/injected.ts';
import { verdictWord } from '../../../infra/report/failures.ts';
import { terminalOf } from '../../../infra/report/paint.ts';
import type { StackRecord } from '../../../infra/state/stack-store.ts';
import { chooseRecord } from '../choose-stack.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { labResults } from '../lab-report.ts';
import { mends, standsUpAgain } from '../mending.ts';
import { asTyped } from '../spelling.ts';
import { ago } from '../text.ts';

export interface Status {
  readonly stack: string;
  /** The course it is an instance of. */
  readonly course?: string;
  readonly lab: string;
  readonly backend: string;
  readonly labFile: string;
  /** ISO 8601. */
  readonly since: string;
  /** Whether its processes are there; the rest of what can be asked of them is left out when they are not. */
  readonly alive: boolean;
  /** `ready`, or where an `up` or `down` was cut off. */
  readonly state: StackRecord['status'];
  readonly nodes: readonly string[];
  /** Of the lab file. */
  readonly pods: number;
  /** Names of pods that are not there, or of which a process is gone. */
  readonly missing?: readonly string[];
  /** Names of those that are in. */
  readonly faults: readonly string[];
  /** How many more there are that somebody is to find out. */
  readonly unnamedFaults: number;
  /** Of the latest run of every experiment; absent when none has been run. */
  readonly verdict?: Verdict;
  readonly checks: { readonly passed: number; readonly all: number };
  /** ISO 8601: when the oldest of them began, and the latest. */
  readonly verifiedAt?: readonly [oldest: string, latest: string];
}

export async function status(
  stack: string | undefined,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const record = await chooseRecord(stack, 'npm run -s lab -- status');
  const found = await statusOf(record);
  process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : page(found));
  if (!found.alive || found.state !== 'ready' || found.missing?.length) return EXIT.environment;
  return found.verdict === undefined ? EXIT.pass : exitCodeOf(found.verdict);
}

/** @throws HostError when a node that should be alive cannot be entered */
export async function statusOf(record: StackRecord): Promise<Status> {
  const { nodes, workloads } = record.definition;
  const [{ alive, missing }, results, faults] = await Promise.all([
    live(record),
    labResults(record),
    injectedFaults(record),
  ]);
  const checks = results.experiments.flatMap((experiment) => experiment.checks);
  const times = results.experiments.map(({ startedAt }) => startedAt).toSorted();
  const [oldest, latest] = [times[0], times.at(-1)];
  return {
    stack: record.stack,
    ...(record.course !== undefined && { course: record.course }),
    lab: record.lab,
    backend: record.backend,
    labFile: record.labFile,
    since: record.createdAt,
    alive,
    state: record.status,
    nodes: nodes.map(({ name }) => name),
    pods: workloads.flatMap(({ pods }) => pods).length,
    ...(missing && { missing }),
    faults: faults.filter(({ unnamed }) => !unnamed).map(({ name }) => name),
    unnamedFaults: faults.filter(({ unnamed }) => unnamed).length,
    ...(latest !== undefined && { verdict: results.verdict }),
    checks: { passed: checks.filter(({ verdict }) => verdict === 'pass').length, all: checks.length },
    ...(oldest !== undefined && latest !== undefined && { verifiedAt: [oldest, latest] as const }),
  };
}

async function live({
  backend: name,
  handle,
  definition: { workloads },
}: StackRecord): Promise<{ readonly alive: boolean; readonly missing?: readonly string[] }> {
  const backend = await loadBackend(name);
  if (!(await backend.isAlive(handle))) return { alive: false };
  try {
    const there = await backend.connect(handle).pods();
    const missing = workloads.map(async ({ pods }) => {
      const wanted = pods.map(({ name }) => name);
      const found = there.filter(({ name }) => wanted.includes(name));
      const dead = await backend.deadPods(handle, found);
      const running = new Set(found.map(({ name }) => name).filter((name) => !dead.includes(name)));
      return wanted.filter((name) => !running.has(name));
    });
    return { alive: true, missing: (await Promise.all(missing)).flat() };
  } finally {
    await backend.disconnect(handle);
  }
}

function page(found: Status): string {
  const terminal = terminalOf(process.stdout);
  const { stack, lab, backend, alive, state, nodes, pods, missing, verdict, checks } = found;
  const now = Date.now();
  const up = alive
    ? `up for ${ago(found.since, now)}`
    : terminal.paint('red', 'dead: its processes are gone');
  const rows = [
    ['state', `${up}${state === 'ready' ? '' : `, ${state} was cut off`}`],
    ['backend', backend],
    ['nodes', `${nodes.length}: ${nodes.join(', ')}`],
    ['pods', podsText(pods, missing)],
    ['faults', faultsText(found)],
    [
      'verdict',
      verdict === undefined
        ? 'no experiment has been run'
        : `${verdictWord(verdict, terminal)}, ${checks.passed} of ${checks.all} checks, ${since(found, now)}`,
    ],
  ];
  const head = `Lab ${lab}, stack ${stack}`;
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(9)}${value}`);
  const advice = alive && state === 'ready' && !missing?.length ? [] : [mending(found)];
  return asTyped(`${[head, ...lines, ...advice].join('\n')}\n`);
}

/** Experiments may have been run again one by one. */
function since({ verifiedAt }: Status, now: number): string {
  if (verifiedAt === undefined) return 'never';
  const [oldest, latest] = verifiedAt.map((time) => ago(time, now));
  return oldest === latest ? `${oldest} ago` : `${latest} to ${oldest} ago`;
}

function faultsText({ faults, unnamedFaults }: Status): string {
  const words = [...faults, ...(unnamedFaults === 0 ? [] : [`${unnamedFaults} to be found out`])];
  return words.join(', ') || 'none';
}

function podsText(pods: number, missing: readonly string[] | undefined): string {
  if (missing === undefined) return `${pods}`;
  return missing.length === 0
    ? `${pods} of ${pods} run`
    : `${pods - missing.length} of ${pods} run; gone: ${missing.join(', ')}`;
}

function mending(found: Status): string {
  if (!found.alive) return `  → ${standsUpAgain(found)}   builds it again`;
  return found.state === 'ready' ? `  → ${mends(found)}` : `  → ${standsUpAgain(found)}   goes on from there`;
}
