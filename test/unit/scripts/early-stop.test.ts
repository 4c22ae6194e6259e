// Ctrl-C from the first moment of `npm run …` on: never without a word, and never two.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheDirs } from '../../../infra/util/dirs.ts';
import { startProcess } from '../../../infra/util/exec.ts';
import { CliSandbox } from '../../support/cli-sandbox.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');
const STOPPED = 'cnilab: stopped; the same command again goes on\n';

let cli: CliSandbox;
beforeEach(() => {
  cli = new CliSandbox();
});
afterEach(() => cli.close());

/** Starts it, sends Ctrl-C (to the whole group, as a terminal does) when the file is there, and says how it ended. */
async function stopped(argv: readonly string[], when: string, cwd = ROOT) {
  // Plugins of this machine's own cache: the sandbox has none, and none are to be got.
  const plugins = cacheDirs().flatMap((cache) => [path.join(cache, 'cni'), path.join(cache, 'bin')]);
  const env = { ...cli.env, CNI_PATH: plugins.join(':') };
  const child = startProcess([process.execPath, ...argv], { env, cwd });
  child.stdin.end();
  child.stdout.resume();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let running = true;
  const ended = child.finally(() => {
    running = false;
  });
  while (running && !(existsSync(when) && readFileSync(when, 'utf8') !== '')) await delay(10);
  if (running) process.kill(-(child.pid ?? 0), 'SIGINT');
  const { exitCode, signal } = await ended;
  end(Number(readFileSync(when, 'utf8')));
  return { exitCode, signal, stderr };
}

/** What was asked in a group of its own outlives a question that nobody waits for any more. */
function end(pid: number): void {
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended with the others.
  }
}

function script(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** A checkout that has only what starts, with a Node of its own that goes through these steps. */
function checkout(onVersion: string, onStart: string): string {
  const root = mkdtempSync(path.join(tmpdir(), 'cnilab-early-stop-'));
  for (const file of ['scripts/bootstrap.mjs', 'scripts/setup', 'infra/util']) {
    const filter = (from: string) => !from.endsWith('.ts');
    cpSync(path.join(ROOT, file), path.join(root, file), { recursive: true, filter });
  }
  script(
    path.join(root, 'node_modules', '.bin', 'node'),
    `if [ "$1" = --version ]; then ${onVersion}; else ${onStart}; fi`,
  );
  for (const lock of ['package-lock.json', path.join('node_modules', '.package-lock.json')])
    writeFileSync(path.join(root, lock), '{"packages": {}}');
  return root;
}

const wait = 'echo $$ > reached; exec sleep 60';

test.each([
  ['while its Node is looked for', wait, 'exit 1'],
  ['before its Node has come to anything', 'echo v24.0.0', wait],
])('%s', async (_, onVersion, onStart) => {
  const root = checkout(onVersion, onStart);
  const outcome = await stopped(['scripts/bootstrap.mjs', 'up'], path.join(root, 'reached'), root);
  rmSync(root, { recursive: true });
  expect(outcome).toMatchObject({ exitCode: 130, stderr: STOPPED });
});

test('while set-up looks at the engine', async () => {
  script(cli.path('bin', 'pulumi'), `echo $$ > ${cli.path('reached')}; exec sleep 60`);
  const outcome = await stopped(['scripts/setup/main.ts', 'up'], cli.path('reached'));
  expect(outcome).toMatchObject({ exitCode: 130, stderr: STOPPED });
});

test('when the command is there, it alone deals with it', async () => {
  cli.engine('hang', 'until told');
  mkdirSync(cli.path('lab'));
  const file = cli.path('lab', 'lab.yaml');
  const network = '{ type: kindnet, podCIDR: 10.9.0.0/16 }';
  writeFileSync(file, `name: late\ncluster: { nodes: [{ name: a }] }\nnetwork: ${network}\nworkloads: []\n`);
  mkdirSync(cli.path('engine', 'state', '.pulumi', 'stacks', 'cnilab'), { recursive: true });
  writeFileSync(cli.path('engine', 'state', '.pulumi', 'stacks', 'cnilab', 'late.json'), '{}');
  const outcome = await stopped(['scripts/bootstrap.mjs', 'up', file], cli.path('engine', 'calls'));
  expect(outcome).toMatchObject({
    exitCode: 130,
    stderr: expect.stringMatching(/^cnilab: stopped; the lab under stack "late" is not complete\n/),
  });
});
