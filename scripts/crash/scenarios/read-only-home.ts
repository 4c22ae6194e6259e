// A home in which nothing can be written: with everything kept there, one message; with everything kept elsewhere, a lab.
import { accountHome } from '../../../infra/util/pulumi-home.ts';
import { shellWord } from '../../../infra/util/shell-quote.ts';
import { wrongRefusal } from '../words.ts';
import { mountRoom } from './mount-room.ts';
import { about, down, downLeavesNothing, type Scenario, up, upConverges } from './scenario.ts';

export const READ_ONLY_HOME: readonly Scenario[] = [
  {
    name: 'read-only home',
    async run(lane, references) {
      await references.of(lane.network, 'base');
      lane.writeLab('base');
      const homes = [accountHome(), lane.env.HOME ?? ''].map(shellWord);
      const room = await mountRoom(
        homes.map((home) => `mount --bind ${home} ${home}\nmount -o remount,bind,ro ${home}`).join('\n'),
      );
      if (typeof room === 'string') return { notDone: room };
      const { within } = room;
      const { CNILAB_STATE_DIR: _1, PULUMI_HOME: _2, PULUMI_BACKEND_URL: _3, ...env } = lane.env;
      try {
        const refused = await lane.run(up(lane), { within, env });
        const wrong = [
          ...(refused.exitCode === 0 ? ['up has written somewhere'] : []),
          ...about('up with everything at home', wrongRefusal(refused)),
          ...about('down with everything at home', wrongRefusal(await lane.run(down(lane), { within, env }))),
          ...about('up with everything elsewhere', await upConverges(lane, references, { within })),
          ...about('down', await downLeavesNothing(lane, { within })),
        ];
        return { wrong };
      } finally {
        await room.close();
      }
    },
  },
];
