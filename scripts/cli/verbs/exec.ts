// `exec`: a person's command inside a node, a pod or a container, with their terminal and its exit code.
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { execa, type Options } from 'execa';
import type { ShellCommand } from '../../../infra/backends/backend.ts';
import { backendTraits } from '../../../infra/backends/registry.ts';
import { machines } from '../../../infra/lab/machines.ts';
import type { StackRecord } from '../../../infra/state/stack-store.ts';
import { chooseRecord } from '../choose-stack.ts';
import { environmentError } from '../cli-error.ts';
import { dealWithStops } from '../engine/stop-requests.ts';
import { withCluster } from '../live-lab.ts';
import { type OwnTerminal, ownTerminal, terminalFacts } from '../own-terminal.ts';
import { unknownName } from '../unknown-name.ts';

/**
 * A shell on a terminal. The terminal's process group lives outside the lab's PID namespace, so a shell that has put
 * itself in front cannot put things back when it ends: it complains and loses its exit code. Here an outer one is in
 * front, whose complaint nobody hears, and the inner one has a group it can give back. Its exit code comes by fd 3.
 */
const TERMINAL_SHELL = ['sh', '-c', 'exec 4>&2 2>/dev/null; set -m; sh 2>&4 3>&- 4>&-; echo $? >&3'];
const SHELL = ['sh'];

/** @returns the command's own exit code; 128 + n when signal n ended it */
export async function execInLab(
  target: string,
  command: readonly string[],
  options: { readonly stack?: string; readonly changes?: true },
): Promise<number> {
  const record = await chooseRecord(options.stack, `npm run -s lab -- exec ${target}`);
  checkTarget(target, record);
  // What enters a node of Kubernetes gives it a terminal of its own.
  const { kubernetes } = backendTraits(record.backend);
  const facts = terminalFacts();
  const tellsCode = command.length === 0 && facts.streams[0] && !kubernetes;
  if (tellsCode && facts.script === undefined)
    throw environmentError(
      'there is no `script` on this machine, which gives a shell in a lab a terminal of its own',
      'npm run doctor   names its package',
      `or run one command at a time: npm run -s lab -- exec ${target} -- ip route`,
    );
  const words = tellsCode ? TERMINAL_SHELL : command.length > 0 ? command : SHELL;
  // As long as it runs, the cluster stays connected: a way onto a node may go with the connection.
  return await withCluster(record, async (cluster) => {
    const run = async () => {
      const shell = await cluster.shell(target, words);
      return attached(shell, kubernetes ? sameTerminal(shell) : ownTerminal(shell, facts, tellsCode));
    };
    if (!options.changes) return run();
    const { showingChanges } = await import('../showing-changes.ts');
    return showingChanges(cluster, record, run);
  });
}

/** What stands is on record, so a misspelt name need not reach the lab. */
export function checkTarget(target: string, { definition }: StackRecord): void {
  const pods = definition.workloads.flatMap((workload) => workload.pods);
  const [name = '', container] = target.split('/');
  if (container === undefined) {
    const all = [...machines(definition), ...pods];
    if (all.some((one) => one.name === name)) return;
    throw unknownName(`there is no node or pod "${name}"`, name, all, 'nodes and pods');
  }
  const pod = pods.find((candidate) => candidate.name === name);
  if (!pod) throw unknownName(`there is no pod "${name}"`, name, pods, 'pods');
  // What runs in a pod that a lab only names is not on record.
  if (pod.selector) return;
  const { containers } = pod;
  if (containers.some((one) => one.name === container)) return;
  throw unknownName(`pod ${name} has no container "${container}"`, container, containers, 'containers');
}

/** In this process's own group, so that the terminal's Ctrl-C and Ctrl-Z reach it as they would any command. */
const sameTerminal = ({ argv }: ShellCommand): OwnTerminal => ({
  argv,
  stdio: ['inherit', 'inherit', 'inherit', 'ignore'],
  session: false,
  env: {},
});

async function attached({ env, uid, gid }: ShellCommand, terminal: OwnTerminal): Promise<number> {
  const [file = '', ...args] = terminal.argv;
  const options = {
    stdio: terminal.stdio,
    buffer: { stdout: false, stderr: false },
    reject: false,
    cleanup: true,
    detached: terminal.session,
    extendEnv: false,
    env: { ...env, ...terminal.env, ...(process.env.TERM && { TERM: process.env.TERM }) },
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  };
  const child = execa(file, args, options as unknown as Options);
  child.stdout?.pipe(process.stdout, { end: false });
  child.stderr?.pipe(process.stderr, { end: false });
  // What enters the lab waits for the command without passing signals on to it.
  const pass = (signal: NodeJS.Signals) => {
    for (const pid of withDescendants(child.pid)) signalIfThere(pid, signal);
  };
  // In our session the terminal has sent it to the command as well; whether it ends is for the command to decide.
  const interrupt = terminal.session ? pass : () => {};
  const done = dealWithStops();
  process.on('SIGINT', interrupt).on('SIGQUIT', interrupt).on('SIGTERM', pass).on('SIGHUP', pass);
  try {
    const result = await child;
    const told = Number.parseInt(String(result.stdio[3] ?? ''), 10);
    if (!Number.isNaN(told)) return told;
    if (result.signal) return 128 + constants.signals[result.signal];
    if (result.exitCode === undefined)
      throw environmentError(`${file} cannot be started: ${result.shortMessage}`);
    return result.exitCode;
  } finally {
    done();
    process.off('SIGINT', interrupt).off('SIGQUIT', interrupt).off('SIGTERM', pass).off('SIGHUP', pass);
  }
}

/** The process and all that came from it (proc(5), children). */
function withDescendants(pid: number | undefined): readonly number[] {
  if (pid === undefined) return [];
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return [pid, ...children.flatMap((child) => withDescendants(Number(child)))];
  } catch {
    return [pid];
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in between.
  }
}
