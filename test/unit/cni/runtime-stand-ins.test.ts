// The runtime when plugins misbehave, with stand-ins that do so on purpose.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Attachment } from '../../../infra/cni/attachment.ts';
import type { CniError } from '../../../infra/cni/error.ts';
import type { NetworkList } from '../../../infra/cni/network-list.ts';
import type { CniRuntime } from '../../../infra/cni/runtime.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';
import { attachmentOf, listOf, runtimeOn, verbs } from './fixtures.ts';

let node: PrivateHost;
let netns: string;
beforeAll(async () => {
  node = await privateHost('node-1');
  netns = (await node.makeNetns()).path;
});
afterAll(() => node?.close());
beforeEach(() => sh('rm -rf /run/stand-in /var/lib/cni/results /var/lib/cni/intents'));

async function sh(script: string): Promise<string> {
  const { stdout } = await node.host.run(['sh', '-c', script]);
  return stdout.trim();
}
const records = () => sh('cd /var/lib/cni && find results intents -type f | sed "s/[0-9a-f-]*.json//"');
const failureOf = (work: Promise<unknown>): Promise<CniError> =>
  work.then(
    () => expect.fail('it should have failed'),
    (error) => error,
  );
const addFailure = (runtime: CniRuntime, list: NetworkList, over: Partial<Attachment> = {}) =>
  failureOf(runtime.add(list, attachmentOf(netns, over)));

describe('a plugin that hangs', () => {
  test('is killed with its children, and DEL follows', async () => {
    const { runtime, calls } = runtimeOn(node, { timeoutMs: 300, limitHint: 'set the knob' });
    const error = await addFailure(
      runtime,
      listOf([{ type: 'stand-in-recorder' }, { type: 'stand-in-hang' }]),
    );
    expect(error.message).toMatchInlineSnapshot(`
      "CNI ADD by plugin stand-in-hang for pod-1 (eth0) of network testnet on node-1: the plugin hung and was killed after 0.3 s
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

describe('records', () => {
  test('DEL uses the configuration of the ADD, not the one there is now', async () => {
    const { runtime, calls } = runtimeOn(node);
    await runtime.add(
      listOf([{ type: 'stand-in-recorder', keep: 'old' }]),
      attachmentOf(netns, { args: { A: '1' } }),
    );
    await runtime.del(listOf([{ type: 'stand-in-hang' }]), attachmentOf(netns, { args: {} }));
    expect(verbs(calls)).toEqual(['ADD stand-in-recorder', 'DEL stand-in-recorder']);
    expect(JSON.parse(calls[1]?.stdin ?? '')).toMatchObject({ keep: 'old', prevResult: { ips: [{}] } });
    expect(calls[1]?.env.CNI_ARGS).toBe('IgnoreUnknown=1;A=1');
  });

  test.each(['', '{"kind":"cniCac', '[]', '\0\0\0'])(
    'DEL is not held up by the cache file %j',
    async (content) => {
      const list = listOf([{ type: 'stand-in-recorder' }]);
      const attachment = attachmentOf(netns);
      const path = `/var/lib/cni/results/testnet-${attachment.containerId}-eth0`;
      const { runtime, calls } = runtimeOn(node);
      await sh('mkdir -p /var/lib/cni/results');
      await node.host.write([{ path, content }]);
      if (content !== '') {
        const error = await failureOf(runtime.del(undefined, attachment));
        expect(error.message).toContain(`cannot be read, so its network is not known: ${path}`);
      }
      await runtime.del(list, attachment);
      expect(verbs(calls)).toEqual(['DEL stand-in-recorder']);
      expect(await records()).toBe('');
    },
  );

  test('an ADD that was cut off is undone by DEL, and before the next ADD', async () => {
    const list = listOf([{ type: 'stand-in-recorder' }]);
    // A runtime that dies during the plugin call: its host never answers.
    const cut = (name: string) => {
      const { host } = node;
      const run: typeof host.run = (argv, options) =>
        argv[0]?.includes('stand-in') ? new Promise(() => undefined) : host.run(argv, options);
      void runtimeOn({ ...node, host: { ...host, run } }).runtime.add(
        list,
        attachmentOf(netns, { containerId: name }),
      );
    };
    cut('a');
    cut('b');
    while ((await sh('grep -rho "containerId.:.[ab]" /var/lib/cni/intents')).split('\n').length < 2)
      await sh('sleep 0.02');
    const { runtime, calls } = runtimeOn(node);
    expect((await runtime.known()).map(({ attachment }) => attachment.containerId).sort()).toEqual([
      'a',
      'b',
    ]);
    await runtime.del(undefined, attachmentOf(netns, { containerId: 'a' }));
    await runtime.add(list, attachmentOf(netns, { containerId: 'b' }));
    expect(calls.map(({ command, containerId }) => `${command} ${containerId}`)).toEqual([
      'DEL a',
      'DEL b',
      'ADD b',
    ]);
    expect(await records()).toBe('results/testnet-b-eth0');
  });

  test('what cannot be put on record is not left attached', async () => {
    const { host } = node;
    const { runtime, calls } = runtimeOn({
      ...node,
      host: {
        ...host,
        async write(files) {
          if (files[0]?.path.includes('/results/')) await host.write([{ path: '/proc/nope/x', content: '' }]);
          return host.write(files);
        },
      },
    });
    const error = await addFailure(runtime, listOf([{ type: 'stand-in-recorder' }]));
    expect(error).toMatchObject({ reason: 'host', cleanup: [] });
    expect(error.message).toContain('records on the node cannot be kept');
    expect(verbs(calls)).toEqual(['ADD stand-in-recorder', 'DEL stand-in-recorder']);
    expect(await records()).toBe('');
  });

  test('DEL of what was never added is fine', async () => {
    const { runtime, calls } = runtimeOn(node);
    await runtime.del(undefined, attachmentOf(netns));
    expect(calls).toEqual([]);
  });
});

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
  [{ netns: '' }, /network namespace is needed/],
  [{ args: { A: 'b;c' } }, /CNI_ARGS cannot carry A=b;c/],
])('an attachment that no plugin may see: %j', async (over, message) => {
  const { runtime, calls } = runtimeOn(node);
  const error = await addFailure(runtime, listOf([{ type: 'stand-in-recorder' }]), over);
  expect(error.message).toMatch(message);
  expect(calls).toEqual([]);
});
