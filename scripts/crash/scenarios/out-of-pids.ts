// No more processes to be had: by the pids controller, with every limit from nothing to enough.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { wrongRefusal } from '../words.ts';
import { about, downLeavesNothing, type Scenario, up, upConverges } from './scenario.ts';

/** Node alone has a dozen threads, an up at its busiest about 150. */
const LIMITS = [20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 140];

export const OUT_OF_PIDS: readonly Scenario[] = [
  {
    name: 'out of PIDs',
    async run(lane, references) {
      await references.of(lane.network, 'base');
      lane.writeLab('base');
      const group = newGroup(lane.name);
      if (group === undefined) return { notDone: 'the pids controller is not ours to use (cgroups(7))' };
      const within = ['sh', '-c', 'echo 0 > "$0/cgroup.procs" && exec "$@"', group];
      const limit = (most: number | 'max') => writeFileSync(path.join(group, 'pids.max'), String(most));
      const wrong: string[] = [];
      try {
        for (const most of LIMITS) {
          limit(most);
          const refused = await lane.run(up(lane), { within });
          limit('max');
          wrong.push(...about(`up with ${most}`, wrongRefusal(refused)));
          const next = refused.exitCode === 0 ? [] : await upConverges(lane, references);
          wrong.push(...about(`up after ${most}`, next), ...about('down', await downLeavesNothing(lane)));
          if (wrong.length > 0) break;
        }
      } finally {
        lane.killAll();
        await removeGroup(group);
      }
      return { wrong };
    },
  },
];

/** cgroup v1 has a hierarchy of its own for it, v2 one for all. */
function newGroup(name: string): string | undefined {
  for (const root of ['/sys/fs/cgroup/pids', '/sys/fs/cgroup']) {
    const group = path.join(root, name);
    try {
      mkdirSync(group);
      if (existsSync(path.join(group, 'pids.max'))) return group;
      rmdirSync(group);
    } catch {
      // Not there, or not ours.
    }
  }
  return undefined;
}

/** A group can be removed when its last process is reaped. */
async function removeGroup(group: string): Promise<void> {
  while (readFileSync(path.join(group, 'cgroup.procs'), 'utf8') !== '')
    await new Promise((resolve) => setTimeout(resolve, 20));
  rmdirSync(group);
}
