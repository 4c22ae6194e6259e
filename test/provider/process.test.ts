// The plugin process: how it is found and started, and that it never outlives its engine.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const LAUNCHER = path.join(ROOT, 'infra/provider/pulumi-resource-cnilab');

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'cnilab process '));
});
afterEach(() => rmSync(home, { recursive: true }));

test('it ends by itself when the engine was killed', async () => {
  // The engine is played by a shell that says the provider's PID, then waits.
  const script = `"${LAUNCHER}" 127.0.0.1:9 & echo $!; wait`;
  const engine = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(engine.stdout)[Symbol.asyncIterator]();
  const pid = Number((await lines.next()).value);
  expect((await lines.next()).value).toMatch(/^\d+$/);
  expect(alive(pid)).toBe(true);
  engine.kill('SIGKILL');
  try {
    await expect.poll(() => alive(pid), { timeout: 20_000 }).toBe(false);
  } finally {
    if (alive(pid)) process.kill(pid);
  }
});

test('it is started from anywhere, with arguments that have spaces, by the Node of the checkout', () => {
  const bin = path.join(home, 'check out/infra/provider');
  mkdirSync(bin, { recursive: true });
  const modules = path.join(home, 'check out/node_modules/.bin');
  mkdirSync(modules, { recursive: true });
  writeFileSync(path.join(modules, 'node'), '#!/bin/sh\nprintf "%s\\n" "ours" "$@"\n', { mode: 0o755 });
  const copied = path.join(bin, 'pulumi-resource-cnilab');
  copyFileSync(LAUNCHER, copied);
  const run = spawnSync(copied, ['--tracing', 'a b'], { encoding: 'utf8' });
  expect(run.stdout.split('\n')).toEqual(['ours', `${bin}/main.ts`, '--tracing', 'a b', '']);
});

test('without a Node of its own it takes the one on PATH', () => {
  const bin = path.join(home, 'infra/provider');
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(home, 'node'), '#!/bin/sh\necho theirs\n', { mode: 0o755 });
  const copied = path.join(bin, 'pulumi-resource-cnilab');
  copyFileSync(LAUNCHER, copied);
  const run = spawnSync(copied, [], { encoding: 'utf8', env: { PATH: `${home}:/usr/bin:/bin` } });
  expect(run.stdout).toBe('theirs\n');
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
