// A disk that is full: from the beginning, at any moment of an up, and while a lab stands.
import path from 'node:path';
import { shellWord } from '../../../infra/util/shell-quote.ts';
import type { Lane } from '../lane.ts';
import { wrongRefusal } from '../words.ts';
import { type MountRoom, mountRoom } from './mount-room.ts';
import { about, down, downLeavesNothing, passes, type Scenario, up, upConverges } from './scenario.ts';

/** What is on the disk: our own state, or the engine's as well. */
const DISKS = [['state'], ['state', 'pulumi', 'tmp']] as const;
/** From one page to nearly enough, KiB. */
const SIZES = [4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256];

export const FULL_DISK: readonly Scenario[] = DISKS.map((directories) => ({
  name: `full disk of ${directories.join(', ')}`,
  async run(lane, references) {
    await references.of(lane.network, 'base');
    lane.writeLab('base');
    const wrong: string[] = [];
    for (const size of SIZES) {
      const room = await mountRoom(directories.map((name) => mount(lane, name, size)).join('\n'));
      if (typeof room === 'string') return { notDone: room };
      try {
        wrong.push(...about(`${size} KiB`, await inRoom(room, lane, directories, references)));
      } finally {
        await room.close();
      }
      if (wrong.length > 0) break;
    }
    return { wrong };
  },
}));

async function inRoom(
  room: MountRoom,
  lane: Lane,
  directories: readonly string[],
  references: Parameters<Scenario['run']>[1],
): Promise<readonly string[]> {
  const { within } = room;
  const wrong = [...about('up', wrongRefusal(await lane.run(up(lane), { within })))];
  wrong.push(...about('down on the full disk', await downLeavesNothing(lane, { within })));
  wrong.push(...about('up again', wrongRefusal(await lane.run(up(lane), { within }))));
  await room.run(directories.map((name) => resize(lane, name, '64m')).join('\n'));
  wrong.push(...about('up with room again', await upConverges(lane, references, { within })));
  // Nothing more can be written, not even a name.
  await room.run(directories.map((name) => fill(lane, name)).join('\n'));
  wrong.push(
    ...about('up of a lab that stands, on a full disk', wrongRefusal(await lane.run(up(lane), { within }))),
  );
  const last = await lane.run(down(lane), { within });
  if (directories.includes('pulumi')) {
    // The engine has to write that it destroys.
    wrong.push(...about('down on a full disk', wrongRefusal(last)));
    await room.run(directories.map((name) => `rm -f ${place(lane, name)}/filler`).join('\n'));
    wrong.push(...about('down with room again', await downLeavesNothing(lane, { within })));
  } else wrong.push(...about('down on a full disk', passes(last)));
  const left = await room.run(`find ${place(lane, 'state')} -type f ! -name filler`);
  return left === '' ? wrong : [...wrong, `left: ${left.trim()}`];
}

const place = (lane: Lane, name: string) => shellWord(path.join(lane.directory, name));
const mount = (lane: Lane, name: string, size: number) =>
  `mount -t tmpfs -o size=${size}k,mode=700 tmpfs ${place(lane, name)}`;
const resize = (lane: Lane, name: string, size: string) =>
  `mount -o remount,size=${size} ${place(lane, name)}`;
const fill = (lane: Lane, name: string) =>
  `dd if=/dev/zero of=${place(lane, name)}/filler bs=4k 2> /dev/null || true`;
