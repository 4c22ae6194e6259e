// What a lane has that it must not have: when its lab is down, nothing; when it stands, one whole sandbox.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lane } from './lane.ts';
import { strayFiles } from './lane-files.ts';
import type { Seen } from './watcher.ts';

/** What has been told to end takes a moment to be gone, on a busy machine several, ms. */
const GRACE_MS = 20_000;
const LOOK_MS = 50;

/** Of a lab that stands, when nobody was killed. */
export interface Whole {
  /** Processes of its sandbox. */
  readonly processes: number;
}

/** One line for each thing; empty when all is as it must be. @param whole undefined: the lab is down */
export async function leftovers(lane: Lane, whole: Whole | undefined): Promise<readonly string[]> {
  const deadline = Date.now() + GRACE_MS;
  let left = strayProcesses(lane.watcher.look(), whole);
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(LOOK_MS);
    left = strayProcesses(lane.watcher.look(), whole);
  }
  const files = strayFiles(lane.directory, lane.name, whole !== undefined);
  return [...left, ...files.map((file) => `left: file ${file}`), ...strayMounts(lane.directory)];
}

function strayProcesses(seen: readonly Seen[], whole: Whole | undefined): readonly string[] {
  const stray = whole === undefined ? seen : seen.filter(({ inside, role }) => !inside || isGuest(role));
  const lines = stray.map(({ pid, argv }) => `left: process ${pid} ${argv.join(' ').slice(0, 120)}`);
  const inside = seen.length - stray.length;
  if (whole === undefined || inside === whole.processes) return lines;
  return [...lines, `the sandbox has ${inside} processes of its own, not ${whole.processes}`];
}

/** Enters a sandbox for a command, and goes with it. */
function isGuest(role: Seen['role']): boolean {
  return role === 'agent' || role === 'plugin' || role === 'tcpdump';
}

/** Mounts of the machine that lie in the lane's directory. */
function strayMounts(directory: string): readonly string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.filter((line) => line.includes(`${directory}/`)).map((line) => `left: mount ${line}`);
}
