// One command, and one SIGKILL in it: at a point, or when a part of its usual time is over.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ended, Lane } from './lane.ts';
import { type Moment, POINTS, type Point } from './points.ts';
import type { Role, Victim } from './roles.ts';
import { kill, type Seen } from './watcher.ts';

/** Between two looks, ms. */
const LOOK_MS = 3;

export interface Struck {
  readonly ended: Ended;
  /** Who died, with the PID; undefined when the command ended without such a process at such a moment. */
  readonly killed: string | undefined;
}

/**
 * @param moment name of a point, or part of `usualSeconds`
 * @param usualSeconds how long the command takes when nobody is killed
 */
export async function strike(
  lane: Lane,
  args: readonly string[],
  moment: string | number,
  victim: Victim,
  usualSeconds: number,
): Promise<Struck> {
  const point = POINTS.find(({ name }) => name === moment);
  const first = momentOf(lane, lane.watcher.look());
  if (point?.door) lane.gates.close(point.door);
  const started = lane.start(args);
  let over: Ended | undefined;
  void started.ended.then((ended) => {
    over = ended;
  });
  let killed: string | undefined;
  const dueAt = typeof moment === 'number' ? started.startedAt + moment * usualSeconds * 1000 : 0;
  try {
    let reached = false;
    while (over === undefined && killed === undefined) {
      const seen = lane.watcher.look();
      reached ||= point ? hasCome(lane, point, seen, first) : performance.now() >= dueAt;
      if (reached) killed = killNow(lane, seen, victim);
      // A door holds everything back; otherwise the victim may come yet, as a plugin does.
      if (killed === undefined) await sleep(LOOK_MS);
    }
  } finally {
    lane.gates.open();
  }
  return { ended: await started.ended, killed };
}

function hasCome(lane: Lane, point: Point, seen: readonly Seen[], first: Moment): boolean {
  if (point.door) return lane.gates.knocked();
  return point.reached?.(momentOf(lane, seen), first) ?? false;
}

function momentOf(lane: Lane, seen: readonly Seen[]): Moment {
  return { files: lane.files(), roles: new Set(seen.flatMap(({ role }) => role ?? [])) };
}

function killNow(lane: Lane, seen: readonly Seen[], victim: Victim): string | undefined {
  if (victim === 'everything') {
    const count = lane.killAll();
    return count > 0 ? `${count} processes` : undefined;
  }
  // The newest: of a rebuild's two sandboxes the one that is being made.
  const found = seen.findLast(({ role }: { role: Role | undefined }) => role === victim);
  return found && kill(found) ? `${victim} ${found.pid}` : undefined;
}
