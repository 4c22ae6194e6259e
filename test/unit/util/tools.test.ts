import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cniPluginDirs, findCniPlugin, findTool, searchPath } from '../../../infra/util/tools.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'cnilab-tools-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function program(file: string, mode = 0o755): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, mode);
  return file;
}

test('a tool in a sbin directory is found although PATH does not have it', () => {
  expect(findTool('ip', { PATH: '/nonexistent' })).toMatch(/\/sbin\/ip$/);
});

test('PATH comes before the sbin directories, and relative directories are never searched', () => {
  const own = program(path.join(dir, 'ip'));
  expect(findTool('ip', { PATH: `.:${dir}` })).toBe(own);
  expect(searchPath({ PATH: '.:bin::/usr/bin' }).split(':')[0]).toBe('/usr/bin');
});

test('what cannot be executed is not a tool', () => {
  program(path.join(dir, 'cnilab-no-such-tool'), 0o644);
  mkdirSync(path.join(dir, 'cnilab-a-directory'));
  expect(findTool('cnilab-no-such-tool', { PATH: dir })).toBeUndefined();
  expect(findTool('cnilab-a-directory', { PATH: dir })).toBeUndefined();
});

test('plugins are looked for in CNI_PATH first and in the cache last; directories that do not exist are left out', () => {
  const mine = path.dirname(program(path.join(dir, 'mine', 'ptp')));
  const cached = path.dirname(program(path.join(dir, 'cache', 'cni', 'ptp')));
  const dirs = cniPluginDirs({ CNI_PATH: `/nonexistent:${mine}`, CNILAB_CACHE_DIR: path.join(dir, 'cache') });
  expect(dirs[0]).toBe(mine);
  expect(dirs.at(-1)).toBe(cached);
  expect(dirs).not.toContain('/nonexistent');
  expect(findCniPlugin('ptp', dirs)).toBe(path.join(mine, 'ptp'));
});

test('a type with a slash never leads out of the plugin directories', () => {
  program(path.join(dir, 'evil'));
  mkdirSync(path.join(dir, 'cni'));
  expect(findCniPlugin('../evil', [path.join(dir, 'cni')])).toBeUndefined();
});
