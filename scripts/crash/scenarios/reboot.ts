// The power goes: every process ends at once, every file stays. In a lab that stands, and in the middle of making one.
import { setTimeout as sleep } from 'node:timers/promises';
import { about, downLeavesNothing, passes, type Scenario, up, upConverges } from './scenario.ts';

export const REBOOT: readonly Scenario[] = [
  {
    name: 'reboot',
    async run(lane, references) {
      await references.of(lane.network, 'base');
      lane.writeLab('base');
      const wrong = [...about('before', passes(await lane.run(up(lane))))];
      lane.killAll();
      wrong.push(
        ...about('up after the power went in a lab that stood', await upConverges(lane, references)),
      );
      lane.killAll();
      wrong.push(...about('down after the power went in a lab that stood', await downLeavesNothing(lane)));
      const started = lane.start(up(lane));
      await sleep(references.times.of('up') * 700);
      lane.killAll();
      await started.ended;
      wrong.push(...about('up after the power went during up', await upConverges(lane, references)));
      wrong.push(...about('down', await downLeavesNothing(lane)));
      return { wrong };
    },
  },
];
