// What outlived a SIGKILL: an engine whose command is dead, and the plugins of a dead engine (the language host, our
// provider), which wait or work for nobody. Plugins are recognised by the engine's address on their command line, where
// nobody listens.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStart } from '../../../infra/util/process-identity.ts';
import { ENGINE_OPTIONS, initArguments } from './engine-options.ts';

export interface Orphan {
  readonly pid: number;
  readonly argv: readonly string[];
  /** Identifies the process beyond its PID. */
  readonly start: string;
}

/** Processes that inherit those whose parent has died. Whoever has another parent is in somebody's use. */
const REAPERS = /^(systemd|init|tini|dumb-init|catatonit|conmon|containerd-shim|Relay)/;
const ENGINE_ADDRESS = /^127\.0\.0\.1:(\d+)$/;
/** Time to abort what it is doing and to put it on record, ms. */
const GRACE = 10_000;

/** Plugins of this project (their working directory is the checkout) whose engine is dead. */
export async function findOrphans(root: string): Promise<readonly Orphan[]> {
  const plugins = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => pluginOf(Number(name), root) ?? []);
  const ports = new Map<number, Promise<boolean>>();
  const dead = await Promise.all(
    plugins.map(({ port }) => {
      const asked = ports.get(port) ?? isFree(port);
      ports.set(port, asked);
      return asked;
    }),
  );
  return plugins.filter((_, index) => dead[index]).map(({ orphan }) => orphan);
}

/** Engines that worked on the stack for a command of ours which was killed: nobody gets what they say any more. */
export function findAbandonedEngines(root: string, stack: string): readonly Orphan[] {
  const endings = [['--stack', stack, ...ENGINE_OPTIONS], initArguments(stack)].map(
    (words) => ` ${words.join(' ')}`,
  );
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const process = orphanOf(Number(name), root);
      const line = process?.argv.join(' ') ?? '';
      return process && line.startsWith('pulumi ') && endings.some((ending) => line.endsWith(ending))
        ? [process]
        : [];
    });
}

/** Asks them to end, then makes them. Resolves when they are gone. */
export async function endOrphans(orphans: readonly Orphan[]): Promise<void> {
  for (const orphan of orphans) signal(orphan, 'SIGTERM');
  const deadline = Date.now() + GRACE;
  while (orphans.some(lives) && Date.now() < deadline) await sleep(50);
  for (const orphan of orphans) signal(orphan, 'SIGKILL');
}

function pluginOf(pid: number, root: string): { readonly orphan: Orphan; readonly port: number } | undefined {
  const orphan = orphanOf(pid, root);
  if (!orphan) return undefined;
  const { argv } = orphan;
  const port = argv.map((word) => ENGINE_ADDRESS.exec(word)?.[1]).find((found) => found !== undefined);
  const ours = argv.some((word) => word.includes('pulumi') || word.startsWith(`${root}/infra/provider/`));
  return port && ours ? { orphan, port: Number(port) } : undefined;
}

/** The process if it works in the checkout and its parent has died. */
function orphanOf(pid: number, root: string): Orphan | undefined {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== root || !isOrphan(pid)) return undefined;
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    const start = processStart(pid);
    return start === undefined ? undefined : { pid, argv, start };
  } catch {
    // Another user's process, or one that has just ended.
    return undefined;
  }
}

/** proc(5), PPid of status. */
function isOrphan(pid: number): boolean {
  const parent = Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return parent === 1 || REAPERS.test(readFileSync(`/proc/${parent}/comm`, 'utf8'));
}

/** Nobody listens on the port of this machine. Anything but a refusal counts as somebody. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 });
    const answer = (free: boolean) => {
      socket.destroy();
      resolve(free);
    };
    socket.once('connect', () => answer(false));
    socket.once('timeout', () => answer(false));
    socket.once('error', (error: NodeJS.ErrnoException) => answer(error.code === 'ECONNREFUSED'));
  });
}

function lives({ pid, start }: Orphan): boolean {
  return processStart(pid) === start;
}

function signal(orphan: Orphan, name: NodeJS.Signals): void {
  if (!lives(orphan)) return;
  try {
    process.kill(orphan.pid, name);
  } catch {
    // Gone in between.
  }
}
