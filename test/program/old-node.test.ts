// A Node that is too old for the program is told of in one message, without a stack trace.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

const ENTRY = path.resolve(import.meta.dirname, '../../infra/index.js');

test('says what is wrong and what always works, and fails', () => {
  // A Node 24 that says it is a Node 20: index.js goes by what Node says.
  const old =
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } });";
  const version = "Object.defineProperty(process, 'version', { value: 'v20.1.0' });";
  const preload = `data:text/javascript,${encodeURIComponent(old + version)}`;
  const run = spawnSync(process.execPath, ['--import', preload, ENTRY], { encoding: 'utf8' });
  expect(run.status).toBe(32);
  expect(run.stderr.trimEnd().split('\n')).toEqual([
    'cnilab needs Node 24 or newer, and the `node` on your PATH is v20.1.0.',
    'Use `npm run pulumi -- <arguments>`: it always works, with the Node that the set-up brought along.',
    'Or put a newer Node first on your PATH, such as node_modules/.bin of this checkout.',
  ]);
});
