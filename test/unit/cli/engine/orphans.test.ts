// Plugins that outlived a killed engine are found and ended; everybody else's processes are left alone. Real processes.
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startProcess } from '../../../../infra/util/exec.ts';
import { processStart } from '../../../../infra/util/process-identity.ts';
import { endOrphans, findAbandonedEngines, findOrphans } from '../../../../scripts/cli/engine/orphans.ts';

let root: string;
let started: number[];
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'cnilab-orphans-')));
  started = [];
});
afterEach(() => {
  for (const pid of started) if (processStart(pid)) process.kill(pid, 'SIGKILL');
  rmSync(root, { recursive: true });
});

/** A process that looks like the engine's language host (or the engine, by `argv0`), whose parent has died (or has not). */
async function plugin(
  name: string,
  argument: string,
  parent: 'dead' | 'alive' = 'dead',
  argv0 = 'sh',
): Promise<number> {
  const pidFile = path.join(root, `${name}-${started.length}`);
  const body = 'echo $$ > "$1.new"; mv "$1.new" "$1"; while :; do sleep 1; done';
  const run = `exec -a ${argv0} sh -c "$BODY" "$NAME" "$PID_FILE" "$ARGUMENT"`;
  const sh = `(${run}) < /dev/null > /dev/null 2>&1 &`;
  const script = parent === 'dead' ? sh : `${sh} wait`;
  const child = startProcess(['bash', '-c', script], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', BODY: body, NAME: name, PID_FILE: pidFile, ARGUMENT: argument },
  });
  while (!existsSync(pidFile)) await delay(10);
  if (parent === 'dead') await child;
  else started.push(child.pid as number);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  started.push(pid);
  return pid;
}

/** A port that nobody listens on: it was somebody's a moment ago. */
async function freePort(): Promise<number> {
  const server = await listening();
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listening(): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function portOf(server: Server): number {
  return (server.address() as { readonly port: number }).port;
}

test('a plugin of a dead engine is found and ended', async () => {
  const pid = await plugin('pulumi-language-nodejs', `127.0.0.1:${await freePort()}`);
  const orphans = await findOrphans(root);
  expect(orphans.map((orphan) => orphan.pid)).toEqual([pid]);
  await endOrphans(orphans);
  expect(processStart(pid)).toBeUndefined();
  expect(await findOrphans(root)).toEqual([]);
});

test('a plugin whose engine listens is in use', async () => {
  const server = await listening();
  await plugin('pulumi-language-nodejs', `127.0.0.1:${portOf(server)}`);
  expect(await findOrphans(root)).toEqual([]);
  server.close();
});

test('a plugin that somebody started and waits for is theirs', async () => {
  await plugin('pulumi-language-nodejs', `127.0.0.1:${await freePort()}`, 'alive');
  expect(await findOrphans(root)).toEqual([]);
});

test('other processes, and plugins of other projects, are not looked at twice', async () => {
  const port = await freePort();
  await plugin('my-editor', `127.0.0.1:${port}`);
  await plugin('pulumi-language-nodejs', 'no-address');
  expect(await findOrphans(root)).toEqual([]);
  await plugin('pulumi-language-nodejs', `127.0.0.1:${port}`);
  expect(await findOrphans(path.join(root, 'elsewhere'))).toEqual([]);
});

test('an engine of a dead command is found by its stack; one that somebody watches, or runs by hand, is not', async () => {
  const ours = (stack: string) => `up --yes --stack ${stack} --json --non-interactive --color never`;
  const engine = (args: string, parent: 'dead' | 'alive') => plugin('engine', args, parent, 'pulumi');
  const abandoned = await engine(ours('one'), 'dead');
  await engine(ours('one'), 'alive');
  const making = await engine('stack init one --non-interactive --color never', 'dead');
  await engine('stack init other-one --non-interactive --color never', 'dead');
  await engine(ours('other-one'), 'dead');
  await engine('up --yes --stack one', 'dead');
  const found = findAbandonedEngines(root, 'one').map(({ pid }) => pid);
  expect(new Set(found)).toEqual(new Set([abandoned, making]));
  await endOrphans(findAbandonedEngines(root, 'one'));
  expect(processStart(abandoned)).toBeUndefined();
});
