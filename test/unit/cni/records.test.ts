// What the runtime keeps on the node: it survives crashes, and damage to it does not stand in the way.
import { describe, expect, test } from 'vitest';
import { attachmentOf, listOf, runtimeOn, verbs } from './fixtures.ts';
import { addFailure, failureOf, netns, node, records, sh, useStandInNode } from './stand-in-node.ts';

useStandInNode();

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

  test('an unreadable record of another network is told, and kept, while the known network is removed', async () => {
    const { runtime, calls } = runtimeOn(node);
    await runtime.add(listOf([{ type: 'stand-in-recorder' }]), attachmentOf(netns));
    const other = `/var/lib/cni/results/other-${attachmentOf(netns).containerId}-eth0`;
    await node.host.write([{ path: other, content: '{' }]);
    const error = await failureOf(runtime.del(undefined, attachmentOf(netns)));
    expect(error.message).toContain(`its network is not known: ${other}`);
    expect(verbs(calls)).toEqual(['ADD stand-in-recorder', 'DEL stand-in-recorder']);
    expect(await node.host.read(other)).toBeDefined();
  });

  test('a file that a writer had not yet renamed into place is no record', async () => {
    const { runtime } = runtimeOn(node);
    await runtime.add(listOf([{ type: 'stand-in-recorder' }]), attachmentOf(netns));
    await sh('cd /var/lib/cni/results && mkdir .staging && mv testnet-* .staging/');
    expect(await runtime.known()).toEqual([]);
  });

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
