// Plugins that hang, print what is not CNI, are not there or cannot be started yet.
import { describe, expect, test } from 'vitest';
import { attachmentOf, listOf, runtimeOn, verbs } from './fixtures.ts';
import { addFailure, failureOf, netns, node, records, sh, useStandInNode } from './stand-in-node.ts';

useStandInNode();

describe('a plugin that hangs', () => {
  test('is killed with its children, and DEL follows', async () => {
    const { runtime, calls } = runtimeOn(node, { timeoutMs: 1500, limitHint: 'set the knob' });
    const error = await addFailure(
      runtime,
      listOf([{ type: 'stand-in-recorder' }, { type: 'stand-in-hang' }]),
    );
    expect(error.message).toMatchInlineSnapshot(`
      "CNI ADD by plugin stand-in-hang for pod-1 (eth0) of network testnet on node-1: the plugin hung and was killed after 1.5 s
        A slow machine may need longer: set the knob."
    `);
    expect(verbs(calls)).toEqual([
      'ADD stand-in-recorder',
      'ADD stand-in-hang',
      'DEL stand-in-hang',
      'DEL stand-in-recorder',
    ]);
    expect(calls[1]?.exitCode).toBe(137);
    expect(await sh('ps -o args= -A | grep -c "[s]leep 7777"')).toBe('0');
    expect(await records()).toBe('');
  });

  test('is killed when the user interrupts, and DEL still runs', async () => {
    const abort = new AbortController();
    const { runtime, calls } = runtimeOn(node);
    const list = listOf([{ type: 'stand-in-recorder' }, { type: 'stand-in-hang' }]);
    const adding = addFailure(runtime, list);
    const interrupted = failureOf(
      runtime.add(list, attachmentOf(netns, { containerId: 'other' }), { signal: abort.signal }),
    );
    while (!(await sh('cat /run/stand-in/calls')).includes('ADD stand-in-hang other')) await sh('sleep 0.02');
    abort.abort();
    expect(await interrupted).toMatchObject({ reason: 'aborted', cleanup: [] });
    expect(verbs(calls.filter(({ containerId }) => containerId === 'other')).slice(2)).toEqual([
      'DEL stand-in-hang',
      'DEL stand-in-recorder',
    ]);
    await sh('for p in /proc/[0-9]*; do grep -qs 7777 $p/cmdline && kill ${p#/proc/}; done; true');
    await adding;
  });
});

describe('a plugin that prints what is not CNI', () => {
  test.each([
    ['text', 'garbage', /what it printed is not a CNI result: "Segmentation fault \(core dumped\)\\n"/],
    [
      'text and status',
      'garbage',
      /failed with exit status 2, and what it printed is not a CNI error: "panic/,
    ],
    ['nothing', 'no-output', /ended well but printed no result/],
    ['stderr', 'no-output', /failed with exit status 3: cannot allocate memory/],
    ['shape', 'garbage', /its result is not one/],
    ['signal', 'no-output', /was killed by signal 9/],
  ])('%s', async (how, reason, message) => {
    const { runtime, calls } = runtimeOn(node);
    const error = await addFailure(runtime, listOf([{ type: 'stand-in-garbage', how }]));
    expect(error.reason).toBe(reason);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(
      'CNI ADD by plugin stand-in-garbage for pod-1 (eth0) of network testnet on node-1',
    );
    expect(verbs(calls)).toEqual(['ADD stand-in-garbage', 'DEL stand-in-garbage']);
    expect(await records()).toBe('');
  });
});

describe('missing binaries', () => {
  test('nothing is called, and the message says where it looked and what is near', async () => {
    const { runtime, calls } = runtimeOn(node, { binDirs: ['/nowhere', '/usr/lib/cni'] });
    const error = await addFailure(runtime, listOf([{ type: 'ptp' }, { type: 'portmpa' }]));
    expect(error.message).toMatchInlineSnapshot(`
      "CNI ADD by plugin portmpa for pod-1 (eth0) of network testnet on node-1: there is no plugin "portmpa" (looked in /nowhere, /usr/lib/cni)
        Did you mean "portmap"? Otherwise install the plugins (Debian, Ubuntu: apt-get install containernetworking-plugins; elsewhere unpack the release of github.com/containernetworking/plugins into /opt/cni/bin)."
    `);
    expect(calls).toEqual([]);
    expect(await records()).toBe('');
  });

  test('on DEL, the other plugins are still called with best effort', async () => {
    const list = listOf([{ type: 'stand-in-recorder' }, { type: 'vanished' }]);
    const { runtime, calls } = runtimeOn(node);
    const error = await failureOf(runtime.del(list, attachmentOf(netns), { bestEffort: true }));
    expect(error).toMatchObject({ reason: 'missing', plugin: 'vanished', command: 'DEL' });
    expect(verbs(calls)).toEqual(['DEL stand-in-recorder']);
  });

  test('a plugin installed later is found', async () => {
    await sh('rm -rf /run/bin; mkdir /run/bin');
    const { runtime } = runtimeOn(node, { binDirs: ['/run/bin'] });
    const list = listOf([{ type: 'late' }]);
    expect((await addFailure(runtime, list)).reason).toBe('missing');
    await node.host.write([{ path: '/run/bin/late', mode: 0o755, content: '#!/bin/sh\necho "{}"\n' }]);
    await runtime.add(list, attachmentOf(netns));
  });

  test('a file that cannot be executed', async () => {
    await node.host.write([{ path: '/run/bin2/ptp', content: 'x' }]);
    const { runtime } = runtimeOn(node, { binDirs: ['/run/bin2'] });
    const error = await addFailure(runtime, listOf([{ type: 'ptp' }]));
    expect(error.message).toMatch(/[Pp]ermission denied/);
  });
});

test('a binary that is being written is tried again', async () => {
  const { host } = node;
  let busy = 2;
  const { runtime, pauses, calls } = runtimeOn({
    ...node,
    host: {
      ...host,
      async run(argv, options) {
        if (argv[0]?.endsWith('stand-in-recorder') && busy-- > 0) {
          const stderr = `bash: ${argv[0]}: Text file busy`;
          return { argv, exitCode: 126, stdout: '', stderr, startedNs: 0n, durationNs: 0n };
        }
        return host.run(argv, options);
      },
    },
  });
  await runtime.add(listOf([{ type: 'stand-in-recorder' }]), attachmentOf(netns));
  expect(pauses).toEqual([1000, 1000]);
  expect(verbs(calls)).toEqual(['ADD stand-in-recorder']);
});
