// A lane's processes are known by the lane's directory in their environment, and by the namespaces of its sandboxes.
import { afterEach, expect, test } from 'vitest';
import { startProcess } from '../../../../infra/util/exec.ts';
import { processStart } from '../../../../infra/util/process-identity.ts';
import { kill, Watcher } from '../../../../scripts/crash/watcher.ts';

const MARK = `/nowhere/lane-${process.pid}`;
const env = { PATH: process.env.PATH ?? '', PLACE: `${MARK}/state` };
const started: ReturnType<typeof startProcess>[] = [];

afterEach(async () => {
  for (const child of started) child.kill('SIGKILL');
  await Promise.all(started.splice(0));
});

function start(argv: readonly string[], environment: Readonly<Record<string, string>>) {
  const child = startProcess(argv, { env: environment });
  started.push(child);
  return child;
}

test('its own processes and what is in their namespaces, whatever the environment of that; nobody else’s', async () => {
  const watcher = new Watcher(MARK, ['/plugins']);
  start(['sleep', '7001'], { PATH: env.PATH });
  start(['sleep', '7004'], { ...env, PLACE: `${MARK}0/state` });
  start(['sleep', '7002'], env);
  // What is inside has forgotten the mark, as a lab's processes have.
  const inside = 'exec env -u PLACE sleep 7003';
  start(['unshare', '-U', '-r', '-p', '--fork', '--kill-child', 'sh', '-c', `sh -c '${inside}' & wait`], env);
  const sleeps = () =>
    watcher
      .look()
      .filter(({ argv }) => argv[0] === 'sleep')
      .map(({ argv, inside }) => [argv[1], inside])
      .sort();
  await expect.poll(sleeps, { timeout: 20_000 }).toEqual([
    ['7002', false],
    ['7003', true],
  ]);
});

test('who is killed must be the very process that was seen', async () => {
  const child = start(['sleep', '7006'], env);
  const pid = child.pid ?? 0;
  expect(kill({ pid, start: '1' })).toBe(false);
  expect(processStart(pid)).toBeDefined();
});
