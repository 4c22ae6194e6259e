// How a tap is ended: as soon as it has told all, and not before. The stand-in never ends unless it is told to.
import { expect, test } from 'vitest';
import { openTap } from '../../../infra/observe/tap.ts';
import { lastWords, standInTcpdump, told, type Words } from '../../support/stand-in-tcpdump.ts';

const output = Buffer.from('what it has captured');

async function open(words: Words, maxPackets?: number) {
  const { host, started } = standInTcpdump({ output, ...words });
  const tap = { name: 'tap', host, dev: 'eth0' };
  const opened = await openTap(tap, '', maxPackets === undefined ? {} : { maxPackets });
  return { opened, end: (exitCode?: number) => started[0]?.end(exitCode), signals: started[0]?.signals };
}

const notYet = async (work: Promise<unknown>) => {
  const first = await Promise.race([
    work,
    new Promise((resolve) => setTimeout(() => resolve('not yet'), 50)),
  ]);
  expect(first).toBe('not yet');
};

test('one that has told all is not waited for', async () => {
  const { opened, signals } = await open({ answers: [told(1, 4), told(4)], last: lastWords(5) });
  expect(await opened.finish(1000)).toEqual({
    ...{ name: 'tap', host: 'stand-in', dev: 'eth0', status: 'complete' },
    ...{ captured: 5, received: 5, dropped: 0, pcap: output },
  });
  expect(signals).toEqual(['SIGUSR1', 'SIGUSR1', 'SIGINT']);
});

test('what comes to a busy interface after it was through is of no interest, output on its way or not', async () => {
  const last = lastWords(4, 9);
  const here = await open({ answers: [told(4)], last });
  expect(await here.opened.finish(1000)).toMatchObject({ status: 'complete', captured: 4, received: 9 });
  const { opened, end } = await open({ answers: [told(4)], last, takes: false });
  const finished = opened.finish(1000);
  await notYet(finished);
  end();
  expect(await finished).toMatchObject({ status: 'complete', captured: 4, received: 9 });
});

test('what the kernel or the interface has dropped is told', async () => {
  const byKernel = await open({ answers: [told(3, 4, 1)], last: lastWords(3, 4, 1) });
  expect(await byKernel.opened.finish(1000)).toMatchObject({
    ...{ status: 'dropped', dropped: 1, reason: 'the kernel dropped 1 packets at eth0' },
  });
  const byInterface = await open({
    answers: [`${told(4)}, 2 packets dropped by interface`],
    last: lastWords(4),
  });
  expect(await byInterface.opened.finish(1000)).toMatchObject({ status: 'dropped', dropped: 2 });
});

test('one whose output has a way to go is waited for', async () => {
  const { opened, end } = await open({ answers: [told(4)], last: lastWords(4), takes: false });
  const finished = opened.finish(1000);
  await notYet(finished);
  end();
  expect(await finished).toMatchObject({ status: 'complete', captured: 4, pcap: output });
});

test('one that is not through in time is waited for, and what it has not read is told', async () => {
  const { opened, end } = await open({ answers: [told(1, 4)], last: lastWords(1, 4) });
  const finished = opened.finish(20);
  await notYet(finished);
  end();
  expect(await finished).toMatchObject({
    ...{ status: 'dropped', reason: '3 packets were still unread at eth0 when the tap was ended' },
  });
});

test('one that says nothing when it is stopped is waited for', async () => {
  const { opened, end } = await open({ answers: [told(4)], last: [] });
  const finished = opened.finish(1000);
  await notYet(finished);
  end(1);
  expect(await finished).toMatchObject({ status: 'died', reason: 'tcpdump ended with 1: it said nothing' });
});

test('one that has reached its limit is full, whatever it says', async () => {
  const { opened, end } = await open({ answers: [told(4)], last: lastWords(4) }, 4);
  const finished = opened.finish(1000);
  await notYet(finished);
  end();
  expect(await finished).toMatchObject({ status: 'full' });
});
