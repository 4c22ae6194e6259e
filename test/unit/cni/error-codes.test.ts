// What the runtime does about the errors that plugins report, and about requests that none may see.
import { describe, expect, test } from 'vitest';
import { attachmentOf, listOf, runtimeOn, verbs } from './fixtures.ts';
import { addFailure, failureOf, netns, node, records, sh, useStandInNode } from './stand-in-node.ts';

useStandInNode();

describe('error codes', () => {
  test('11, try again later: DEL, a pause, and another ADD', async () => {
    const { runtime, calls, pauses } = runtimeOn(node);
    const error = { code: 11, msg: 'busy' };
    await runtime.add(
      listOf([{ type: 'stand-in-error', failOn: 'ADD', times: 2, error }]),
      attachmentOf(netns),
    );
    expect(verbs(calls).map((verb) => verb.slice(0, 3))).toEqual(['ADD', 'DEL', 'ADD', 'DEL', 'ADD']);
    expect(pauses).toEqual([250, 500]);
  });

  test('11 for ever: given up after a few tries', async () => {
    const { runtime, calls, pauses } = runtimeOn(node);
    const error = { code: 11, msg: 'busy' };
    const failure = await addFailure(runtime, listOf([{ type: 'stand-in-error', failOn: 'ADD', error }]));
    expect(failure.message).toContain('busy (code 11: try again later)');
    expect(pauses).toEqual([250, 500, 1000]);
    expect(calls.length).toBe(8);
  });

  test('11 on DEL: the same plugin is asked again after a pause', async () => {
    const { runtime, calls, pauses } = runtimeOn(node);
    const error = { code: 11, msg: 'busy' };
    const list = listOf([{ type: 'stand-in-error', failOn: 'DEL', times: 2, error }]);
    await runtime.add(list, attachmentOf(netns));
    await runtime.del(undefined, attachmentOf(netns));
    expect(verbs(calls)).toEqual(['ADD', 'DEL', 'DEL', 'DEL'].map((verb) => `${verb} stand-in-error`));
    expect(pauses).toEqual([250, 500]);
    expect(await records()).toBe('');
  });

  test('DEL halts at the first error and names those not called; best effort goes on; the record stays', async () => {
    const error = { code: 999, msg: 'stuck' };
    const list = listOf([
      { type: 'stand-in-recorder' },
      { type: 'stand-in-error', failOn: 'DEL', error, times: 2 },
    ]);
    const { runtime, calls } = runtimeOn(node);
    await runtime.add(list, attachmentOf(netns));
    const halted = await failureOf(runtime.del(undefined, attachmentOf(netns)));
    expect(halted.message).toMatchInlineSnapshot(`
      "CNI DEL by plugin stand-in-error for pod-1 (eth0) of network testnet on node-1: stuck (code 999: internal error)
        stderr: a line of log
        DEL stopped here, and was not run by: stand-in-recorder (a best-effort DEL goes on)."
    `);
    expect(verbs(calls).slice(2)).toEqual(['DEL stand-in-error']);
    expect(await records()).toContain('results/testnet-');
    await failureOf(runtime.del(undefined, attachmentOf(netns), { bestEffort: true }));
    expect(verbs(calls).slice(3)).toEqual(['DEL stand-in-error', 'DEL stand-in-recorder']);
    expect(await records()).toContain('results/testnet-');
    await runtime.del(undefined, attachmentOf(netns));
    expect(await records()).toBe('');
  });

  test('3, container unknown, on DEL: there is nothing to remove', async () => {
    const error = { code: 3, msg: 'who?' };
    const list = listOf([{ type: 'stand-in-recorder' }, { type: 'stand-in-error', failOn: 'DEL', error }]);
    const { runtime, calls } = runtimeOn(node);
    await runtime.add(list, attachmentOf(netns));
    await runtime.del(undefined, attachmentOf(netns));
    expect(verbs(calls).slice(2)).toEqual(['DEL stand-in-error', 'DEL stand-in-recorder']);
  });

  test('clean-up that fails is told with the failure, and stays on record until a DEL succeeds', async () => {
    await sh('mkdir -p /run/stand-in');
    const { runtime, calls } = runtimeOn(node);
    const del = { type: 'stand-in-error', failOn: 'DEL', times: 1, error: { code: 5, msg: 'disk' } };
    const list = listOf([del, { type: 'stand-in-garbage', how: 'text' }]);
    const failure = await addFailure(runtime, list);
    expect(failure.cleanup.map(({ code }) => code)).toEqual([5]);
    expect(failure.message).toContain('clean-up afterwards failed too: CNI DEL by plugin stand-in-error');
    expect(await records()).toBe('intents/');
    expect((await runtime.known()).map(({ list, result }) => [list.name, result])).toEqual([
      ['testnet', undefined],
    ]);
    await runtime.del(undefined, attachmentOf(netns));
    expect(verbs(calls).slice(-2)).toEqual(['DEL stand-in-garbage', 'DEL stand-in-error']);
    expect(await records()).toBe('');
  });
});

test('1, incompatible version: a plugin that has done nothing is owed nothing', async () => {
  const error = { code: 1, msg: 'too new' };
  const { runtime, calls } = runtimeOn(node);
  const refuses = { type: 'stand-in-error', failOn: 'ADD', error };
  const failure = await addFailure(
    runtime,
    listOf([refuses, { type: 'stand-in-error', failOn: 'DEL', error }]),
  );
  expect(failure).toMatchObject({ code: 1, cleanup: [] });
  expect(verbs(calls).map((verb) => verb.slice(0, 3))).toEqual(['ADD', 'DEL', 'DEL']);
  // Nothing stands in the way of the same container when the configuration has been corrected.
  expect(await records()).toBe('');
  await runtime.add(listOf([{ type: 'stand-in-recorder' }]), attachmentOf(netns));
});

test('one interface fails: the others of that container are undone, other containers stay', async () => {
  const { runtime, calls } = runtimeOn(node);
  const good = listOf([{ type: 'stand-in-recorder' }]);
  const bad = listOf([{ type: 'stand-in-garbage', how: 'text' }]);
  const of = (containerId: string, ifName: string) => attachmentOf(netns, { containerId, ifName });
  const outcomes = await runtime.addBatch([
    { list: good, attachment: of('a', 'lo') },
    { list: bad, attachment: of('a', 'eth0') },
    { list: good, attachment: of('a', 'eth1') },
    { list: good, attachment: of('b', 'eth0') },
  ]);
  expect(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.facts.ifName))).toEqual([
    'eth0',
    'eth0',
    'eth0',
    'ok',
  ]);
  expect(verbs(calls.filter(({ containerId }) => containerId === 'a'))).toEqual([
    'ADD stand-in-recorder',
    'ADD stand-in-garbage',
    'DEL stand-in-garbage',
    'DEL stand-in-recorder',
  ]);
  expect(await records()).toBe('results/testnet-b-eth0');
});

test.each([
  [{ containerId: '../x' }, /container ID "\.\.\/x" must match/],
  [{ ifName: 'sixteen-letters-' }, /cannot be an interface name/],
  [{ ifName: 'a:b' }, /cannot be an interface name/],
  [{ ifName: 'a\u0085b' }, /cannot be an interface name/],
  // The kernel's limit is of bytes.
  [{ ifName: 'äöüäöüäö' }, /cannot be an interface name: 1 to 15 bytes/],
  [{ ifName: '..' }, /cannot be an interface name/],
  [{ ifName: '' }, /cannot be an interface name/],
  [{ containerId: '' }, /container ID "" must match/],
  [{ netns: '' }, /network namespace is needed/],
  [{ args: { A: 'b;c' } }, /CNI_ARGS cannot carry A=b;c/],
])('an attachment that no plugin may see: %j', async (over, message) => {
  const { runtime, calls } = runtimeOn(node);
  const error = await addFailure(runtime, listOf([{ type: 'stand-in-recorder' }]), over);
  expect(error.message).toMatch(message);
  expect(calls).toEqual([]);
});
