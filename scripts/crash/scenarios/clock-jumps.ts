// A clock that jumps, before a command and in the middle of one. libfaketime shows it to whatever asks the C library; the
// engine, which is static Go, goes on with the machine's.
import { existsSync, globSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { about, downLeavesNothing, passes, type Scenario, up, upConverges } from './scenario.ts';

const LIBRARIES = ['/usr/lib/*/faketime/libfaketimeMT.so.1', '/usr/lib/faketime/libfaketimeMT.so.1'];
/** As faketime(1) takes it: relative to the machine's clock. */
const JUMPS = ['+1h', '-1h', '+400d', '-400d'];

export const CLOCK_JUMPS: readonly Scenario[] = [
  {
    name: 'clock jumps',
    async run(lane, references) {
      const library = LIBRARIES.flatMap((pattern) => globSync(pattern)).find(existsSync);
      if (library === undefined)
        return { notDone: 'libfaketime is not installed (Debian: apt-get install libfaketime)' };
      await references.of(lane.network, 'base');
      lane.writeLab('base');
      const clock = path.join(lane.directory, 'lab', 'clock');
      const set = (jump: string) => {
        writeFileSync(clock, `${jump}\n`);
        utimesSync(clock, new Date(), new Date());
      };
      const env = {
        ...lane.env,
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
      };
      const wrong: string[] = [];
      for (const jump of JUMPS) {
        const what = (step: string) => `${step} (${jump})`;
        set('+0');
        const started = lane.start(up(lane), { env });
        await sleep(references.times.of('up') * 500);
        set(jump);
        wrong.push(...about(what('during up'), passes(await started.ended)));
        wrong.push(
          ...about(what('verify'), passes(await lane.run(['verify', '--stack', lane.name], { env }))),
        );
        set('+0');
        wrong.push(...about(what('back, then up'), await upConverges(lane, references)));
        set(jump);
        wrong.push(...about(what('down'), await downLeavesNothing(lane, { env })));
        if (wrong.length > 0) break;
      }
      return { wrong };
    },
  },
];
