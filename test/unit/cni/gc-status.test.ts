// The verbs of protocol 1.1.0, and who is asked for them.
import { describe, expect, test } from 'vitest';
import { attachmentOf, listOf, runtimeOn, verbs } from './fixtures.ts';
import { failureOf, netns, node, records, useStandInNode } from './stand-in-node.ts';

useStandInNode();

describe('GC and STATUS', () => {
  const list = (over: object = {}) =>
    listOf([{ type: 'stand-in-recorder' }, { type: 'stand-in-recorder' }], { cniVersion: '1.1.0', ...over });

  test('GC removes what is not valid, then tells every plugin what is', async () => {
    const { runtime, calls } = runtimeOn(node);
    const [keep, stale] = ['keep', 'stale'].map((containerId) => attachmentOf(netns, { containerId }));
    await runtime.addAll(
      list(),
      [keep, stale].filter((a) => a !== undefined),
    );
    calls.length = 0;
    const { removed, errors, skipped } = await runtime.gc(list(), [{ containerId: 'keep', ifName: 'eth0' }]);
    expect([errors, skipped]).toEqual([[], undefined]);
    expect(removed.map(({ attachment }) => attachment.containerId)).toEqual(['stale']);
    expect(verbs(calls)).toEqual(['DEL', 'DEL', 'GC', 'GC'].map((verb) => `${verb} stand-in-recorder`));
    // The PID in the recorded path may be another container's by now.
    expect(calls[0]?.env).not.toHaveProperty('CNI_NETNS');
    const valid = [{ containerID: 'keep', ifname: 'eth0' }];
    expect(JSON.parse(calls[2]?.stdin ?? '')).toMatchObject({
      'cni.dev/valid-attachments': valid,
      'cni.dev/attachments': valid,
    });
    expect(Object.keys(calls[2]?.env ?? {})).toEqual(['PATH', 'CNI_COMMAND', 'CNI_PATH']);
    expect(await records()).toBe('results/testnet-keep-eth0');
  });

  test('GC goes on after an error; disableGC and old versions skip it and say so', async () => {
    const error = { code: 999, msg: 'no' };
    const failing = { type: 'stand-in-error', failOn: 'GC', error };
    const { runtime, calls } = runtimeOn(node);
    const { errors } = await runtime.gc(
      listOf([failing, { type: 'stand-in-recorder' }, failing], { cniVersion: '1.1.0' }),
      [],
    );
    expect(errors.map(({ msg }) => msg)).toEqual(['no', 'no']);
    expect(calls.length).toBe(3);
    expect((await runtime.gc(list({ disableGC: true }), [])).skipped).toBe('network testnet sets disableGC');
    expect((await runtime.gc(list({ cniVersion: '1.0.0' }), [])).skipped).toBe(
      'GC needs cniVersion 1.1.0, and network testnet is 1.0.0',
    );
    expect(calls.length).toBe(3);
  });

  test('STATUS stops at the first plugin that is not ready', async () => {
    const { runtime, calls } = runtimeOn(node);
    expect(await runtime.status(list())).toBeUndefined();
    expect(verbs(calls)).toEqual(['STATUS stand-in-recorder', 'STATUS stand-in-recorder']);
    const failing = { type: 'stand-in-error', failOn: 'STATUS', error: { code: 50, msg: 'no daemon' } };
    const error = await failureOf(runtime.status(listOf([failing, failing], { cniVersion: '1.1.0' })));
    expect(error.message).toContain('no daemon (code 50: the plugin is not available)');
    expect(calls.length).toBe(3);
    expect(await runtime.status(list({ cniVersion: '1.0.0' }))).toContain('STATUS needs cniVersion 1.1.0');
  });

  test('CHECK is skipped with disableCheck', async () => {
    const { runtime, calls } = runtimeOn(node);
    await runtime.add(list({ disableCheck: true }), attachmentOf(netns));
    expect(await runtime.check(attachmentOf(netns))).toBe('network testnet sets disableCheck');
    expect(calls.length).toBe(2);
    await expect(runtime.check(attachmentOf(netns, { ifName: 'eth7' }))).rejects.toThrow(
      /eth7 .* is not on record/,
    );
  });
});
