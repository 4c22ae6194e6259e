import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ensurePackages } from '../../../../scripts/setup/packages.mjs';

const NPM = fileURLToPath(new URL('../../../support/stand-in-npm-cli.js', import.meta.url));

let root: string;
let said: string[];
const say = (line: string) => void said.push(line);
const lock = (version: string) => JSON.stringify({ packages: { '': {}, 'node_modules/left': { version } } });
const calls = () => {
  const file = path.join(root, 'calls.txt');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'cnilab-packages-'));
  said = [];
  writeFileSync(path.join(root, 'package-lock.json'), lock('1.0.0'));
  // The stand-in's name must look like npm's own.
  const cli = path.join(root, 'npm-cli.mjs');
  writeFileSync(cli, `await import(${JSON.stringify(NPM)});`);
  vi.stubEnv('npm_execpath', cli);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

test('packages are installed once, development ones too', async () => {
  await ensurePackages(root, say);
  await ensurePackages(root, say);
  expect(calls()).toHaveLength(1);
  expect(calls()[0]).toMatch(/^ci --include=dev /);
  expect(said).toHaveLength(1);
});

test('another lock file is another install', async () => {
  await ensurePackages(root, say);
  writeFileSync(path.join(root, 'package-lock.json'), lock('2.0.0'));
  await ensurePackages(root, say);
  expect(calls()).toHaveLength(2);
});

test('an install that was cut off is made again, and its failure is one message', async () => {
  writeFileSync(path.join(root, 'registry-is-down'), '');
  await expect(ensurePackages(root, say)).rejects.toThrow(/^npm ci failed with exit code 1 in /);
  expect(existsSync(path.join(root, 'node_modules'))).toBe(true);
  rmSync(path.join(root, 'registry-is-down'));
  await ensurePackages(root, say);
  expect(calls()).toHaveLength(2);
});

test('two at a time install once', async () => {
  await Promise.all([ensurePackages(root, say), ensurePackages(root, say)]);
  expect(calls()).toHaveLength(1);
});

test('what a person has installed by hand for this lock file is taken as it is', async () => {
  mkdirSync(path.join(root, 'node_modules', 'left'), { recursive: true });
  writeFileSync(path.join(root, 'node_modules', 'left', 'package.json'), '{}');
  writeFileSync(path.join(root, 'node_modules', '.package-lock.json'), lock('1.0.0'));
  await ensurePackages(root, say);
  expect(calls()).toEqual([]);
});

test('what was installed by hand for another lock file, or only in part, is not', async () => {
  mkdirSync(path.join(root, 'node_modules', 'left'), { recursive: true });
  writeFileSync(path.join(root, 'node_modules', '.package-lock.json'), lock('1.0.0'));
  await ensurePackages(root, say);
  expect(calls()).toHaveLength(1);
});
