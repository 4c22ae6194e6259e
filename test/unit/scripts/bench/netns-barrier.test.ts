// The wait for freed network namespaces must not end before one that was given up is really gone.
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { exec, startProcess } from '../../../../infra/util/exec.ts';
import { armBarrier } from '../../../../scripts/bench/netns-barrier.ts';

const OWN = process.getuid?.() === 0 ? ['-n'] : ['-U', '-r', '-n'];

/** Freeing this many takes the kernel longer than it takes us to look. */
const NAMESPACES = 40;

/** Many namespaces, each with one end of a veth whose other end we can see: it goes when its namespace is freed. */
async function manyNamespaces() {
  const script = [
    'pids=(); batch=',
    `for i in {1..${NAMESPACES}}; do`,
    '  exec 3< <(unshare -n sh -c "echo \\$\\$; exec sleep 60 > /dev/null"); read -r pid <&3; pids+=("$pid")',
    '  batch+="link add watched$i type veth peer name end netns $pid"$\'\\n\'',
    'done',
    'ip -batch - <<< "$batch"; echo up',
    // Builtins only, so that no time passes between the end of the wait and the look.
    'count() { local n=0 line; while read -r line; do [[ $line = watched* ]] && ((++n)); done < /proc/$$/net/dev; echo $n; }',
    'read -r _; count; kill -KILL "${pids[@]}"; for p in "${pids[@]}"; do while [ -e /proc/$p/ns/net ]; do :; done; done; echo dead',
    'read -r _; count',
  ].join('\n');
  const child = startProcess(['unshare', ...OWN, '--', 'bash', '--norc', '--noprofile', '-c', script]);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  const ask = (): Promise<string> => {
    child.stdin.write('\n');
    return next();
  };
  expect(await next()).toBe('up');
  return { ask, next, end: () => child };
}

it('ends when the kernel has freed what was given up before', async () => {
  const spaces = await manyNamespaces();
  const barrier = await armBarrier();
  expect(await spaces.ask()).toBe(String(NAMESPACES));
  expect(await spaces.next()).toBe('dead');
  await barrier.freed();
  expect(await spaces.ask()).toBe('0');
  await spaces.end();
});

it('leaves no process', async () => {
  const barrier = await armBarrier();
  await barrier.freed();
  const { stdout } = await exec(['ps', '-eo', 'args']);
  expect(stdout).not.toMatch(/mark1 type veth peer/);
});
