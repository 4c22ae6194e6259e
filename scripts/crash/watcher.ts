// Who belongs to a lane, seen from outside through /proc: by the lane's directory in the environment, or by the namespaces
// of its sandboxes, whose processes have an environment of their own. No event tells of either, so it is looked again.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { processStart } from '../../infra/util/process-identity.ts';
import { type Role, roleOf } from './roles.ts';

export interface Seen {
  readonly pid: number;
  readonly start: string;
  readonly argv: readonly string[];
  readonly role: Role | undefined;
  /** It is in namespaces of a sandbox: with the sandbox it ends. */
  readonly inside: boolean;
}

/** Until its exec a process has its parent's command line and environment: so long it is looked at again, ms. */
const YOUNG_MS = { ours: 3000, foreign: 2000 } as const;
/** A PID that was not looked at for so long may be another process's now, ms. */
const STALE_MS = 500;

interface Entry {
  readonly since: number;
  seen: Member | undefined;
}

interface Member extends Seen {
  /** Of a sandbox, as links of /proc/PID/ns say them. */
  readonly namespaces: readonly string[];
}

/** The processes of one lane. */
export class Watcher {
  readonly #mark: string;
  readonly #pluginDirs: readonly string[];
  readonly #own = ['user', 'pid'].map((kind) => namespaceOf('self', kind));
  #entries = new Map<number, Entry>();
  #lookedAt = 0;

  /** @param mark a path that every process of the lane outside of its sandboxes has in its environment */
  constructor(mark: string, pluginDirs: readonly string[]) {
    this.#mark = mark;
    this.#pluginDirs = pluginDirs;
  }

  /** Those that run now, without zombies. */
  look(): readonly Seen[] {
    const now = performance.now();
    const isLate = now - this.#lookedAt > STALE_MS;
    this.#lookedAt = now;
    const pids = readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid !== process.pid);
    const before = new Map<number, Entry>();
    for (const pid of pids) {
      const entry = this.#entries.get(pid);
      if (entry && (!isLate || (entry.seen && runs(entry.seen)))) before.set(pid, entry);
    }
    // The kernel gives a namespace's number to another when nobody is in it any more: they are of those that live.
    const namespaces = new Set(
      [...before.values()].flatMap(({ seen }) => (seen && runs(seen) ? seen.namespaces : [])),
    );
    this.#entries = new Map(pids.map((pid) => [pid, before.get(pid) ?? { since: now, seen: undefined }]));
    // PIDs begin anew at their end: whoever is in a sandbox may come before the one by whom the sandbox is known.
    for (let known = -1; known < namespaces.size; ) {
      known = namespaces.size;
      for (const [pid, entry] of this.#entries) {
        if (now - entry.since < (entry.seen ? YOUNG_MS.ours : YOUNG_MS.foreign))
          entry.seen = this.#examine(pid, entry.seen, namespaces);
      }
    }
    return [...this.#entries.values()].flatMap(({ seen }) => seen ?? []);
  }

  /** @param namespaces of the lane's sandboxes; those of a new one are added */
  #examine(pid: number, before: Seen | undefined, namespaces: Set<string>): Member | undefined {
    try {
      const start = processStart(pid);
      const spaces = ['user', 'pid'].map((kind) => namespaceOf(pid, kind));
      const foreign = spaces.filter((space, i) => space !== this.#own[i]);
      const isOurs =
        foreign.some((space) => namespaces.has(space)) ||
        (before && before.start === start) ||
        this.#isMarked(pid);
      if (!isOurs) return undefined;
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
      if (start === undefined || argv.length === 0) return undefined;
      for (const space of foreign) namespaces.add(space);
      const role = roleOf(argv, this.#pluginDirs);
      return { pid, start, argv, role, inside: foreign.length > 0, namespaces: foreign };
    } catch {
      // It has just ended, or is somebody else's.
      return undefined;
    }
  }

  #isMarked(pid: number): boolean {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    // Lane 1 is not lane 10.
    return [`${this.#mark}/`, `${this.#mark}\0`].some((mark) => environment.includes(mark));
  }
}

/** Whether it is still that very process. */
export function runs({ pid, start }: Pick<Seen, 'pid' | 'start'>): boolean {
  return processStart(pid) === start;
}

/** @returns whether it was there to be killed */
export function kill(seen: Pick<Seen, 'pid' | 'start'>): boolean {
  if (!runs(seen)) return false;
  try {
    process.kill(seen.pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

function namespaceOf(pid: number | 'self', kind: string): string {
  return readlinkSync(`/proc/${pid}/ns/${kind}`);
}
