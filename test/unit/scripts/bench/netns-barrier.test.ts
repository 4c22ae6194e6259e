// The wait for freed network namespaces must not end before one that was given up is really gone.
import { expect, it } from 'vitest';
import { exec, startProcess } from '../../../../infra/util/exec.ts';
import { armBarrier } from '../../../../scripts/bench/netns-barrier.ts';

const OWN = process.getuid?.() === 0 ? ['-n'] : ['-U', '-r', '-n'];

/** A namespace of ours, with one end of a veth whose other end is in a second namespace: it goes when that is freed. */
async function twoNamespaces() {
  const script = [
    'exec 3< <(unshare -n sh -c "echo \\$\\$; exec sleep 60 > /dev/null"); read -r pid <&3',
    'ip link add watched type veth peer name end netns "$pid"; echo up',
    'read -r _; kill -KILL "$pid"; while [ -e "/proc/$pid/ns/net" ]; do :; done; echo dead',
    'read -r _; ip -o link show watched > /dev/null 2>&1 && echo there || echo freed; kill -KILL $pid',
  ].join('\n');
  const child = startProcess(['unshare', ...OWN, '--', 'bash', '--norc', '--noprofile', '-c', script]);
  const lines = child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false });
  const next = async () => String((await lines.next()).value).trim();
  expect(await next()).toBe('up');
  const ask = (): Promise<string> => {
    child.stdin.write('\n');
    return next();
  };
  return { giveUp: ask, look: ask, end: () => child };
}

it('ends when the kernel has freed what was given up before', async () => {
  const spaces = await twoNamespaces();
  const barrier = await armBarrier();
  expect(await spaces.giveUp()).toBe('dead');
  await barrier.freed();
  expect(await spaces.look()).toBe('freed');
  await spaces.end();
});

it('leaves no process', async () => {
  const barrier = await armBarrier();
  await barrier.freed();
  const { stdout } = await exec(['ps', '-eo', 'args']);
  expect(stdout).not.toMatch(/mark1 type veth peer/);
});
