// One Ctrl-C while kind is making nodes.
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProcess } from '../../infra/util/exec.ts';
import { clustersOf, leftOf } from '../support/kind-leftovers.ts';
import { LabSession } from '../support/lab-session.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const NODE = path.join(ROOT, 'node_modules', '.bin', 'node');

let session: LabSession;

beforeAll(async () => {
  session = await LabSession.open();
});

afterAll(async () => {
  await session?.close();
});

it('is told with how to go on, and after `down` nothing is left', async () => {
  const stack = `stopped-${process.pid}`;
  const up = ['up', 'kindnet', '--backend', 'kind', '--stack', stack];
  const child = startProcess([NODE, path.join(ROOT, 'scripts', 'cnilab.ts'), ...up], {
    cwd: ROOT,
    env: session.env,
  });
  child.stdin.end();
  child.stdout.resume();
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await expect
    .poll(() => clustersOf(stack, session.env).containers(), { timeout: 300_000, interval: 200 })
    .not.toEqual([]);
  process.kill(child.pid ?? 0, 'SIGINT');
  const { exitCode } = await child;
  expect({ exitCode, said }).toMatchObject({ exitCode: 130 });
  expect(said).toMatch(/^cnilab: stopped\b.*→ .* goes on/s);

  const down = await session.cli(['down', '--stack', stack]);
  expect({ exitCode: down.exitCode, stderr: down.stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(await leftOf(session, stack)).toEqual([]);
});
