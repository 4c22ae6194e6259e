// Taps that were started on a guess: used where the guess was right, gone before there is traffic where it was not.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { capture } from '../../../infra/observe/capture.ts';
import { EarlyTaps } from '../../../infra/observe/early-taps.ts';
import { standInTcpdump } from '../../support/stand-in-tcpdump.ts';

const named = ({ host }: ReturnType<typeof standInTcpdump>, ...devices: readonly string[]) =>
  devices.map((dev) => ({ name: dev, host, dev }));
const devices = ({ started }: ReturnType<typeof standInTcpdump>) => started.map(({ dev }) => dev);

test('one that is wanted is not started again, and all others are', async () => {
  const there = standInTcpdump();
  const early = new EarlyTaps(named(there, 'eth0'), '', {});
  const { taps } = await capture(named(there, 'eth0', 'cni0'), '', async () => undefined, { early });
  expect(taps.map(({ dev, status }) => [dev, status])).toEqual([
    ['eth0', 'complete'],
    ['cni0', 'complete'],
  ]);
  expect(devices(there)).toEqual(['eth0', 'cni0']);
});

test('one that is not wanted has ended before there is traffic', async () => {
  const there = standInTcpdump();
  const early = new EarlyTaps(named(there, 'eth0', 'cni0'), '', {});
  let sent = false;
  const captured = capture(named(there, 'eth0'), '', async () => (sent = true), { early });
  await sleep(50);
  expect(sent).toBe(false);
  expect(there.started.map(({ signals }) => signals)).toEqual([[], ['SIGINT']]);
  there.started[1]?.end();
  await captured;
  expect(sent).toBe(true);
});

test('one that did not start, or has ended since, is started again', async () => {
  const there = standInTcpdump();
  const without = standInTcpdump({ missing: ['eth0'] });
  const early = new EarlyTaps([...named(without, 'eth0'), ...named(there, 'cni0')], '', {});
  await sleep(0);
  there.started[0]?.end();
  await sleep(0);
  await capture(named(there, 'eth0', 'cni0'), '', async () => undefined, { early });
  expect(devices(there).toSorted()).toEqual(['cni0', 'cni0', 'eth0']);
});

test('why a wanted one does not start is told, and those that were started are gone', async () => {
  const there = standInTcpdump({ missing: ['eth0'] });
  const early = new EarlyTaps(named(there, 'eth0', 'cni0', 'lo'), '', {});
  const failing = expect(
    capture(named(there, 'eth0', 'cni0'), '', async () => undefined, { early }),
  ).rejects.toThrow('tap "eth0" (eth0 on stand-in) did not start: tcpdump: eth0: No such device exists');
  await sleep(20);
  for (const { end } of there.started) end();
  await failing;
  const stopped = there.started.filter(({ dev }) => dev !== 'eth0').map(({ signals }) => signals.at(-1));
  expect(stopped).toEqual(['SIGINT', 'SIGINT']);
});
