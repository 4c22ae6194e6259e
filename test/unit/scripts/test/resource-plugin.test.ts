import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findResourcePlugin } from '../../../../scripts/test/resource-plugin.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..', '..');
const VERSION = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).dependencies[
  '@pulumi/kubernetes'
];

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'cnilab-plugin-'));
});

afterEach(() => rmSync(dir, { recursive: true }));

const find = () =>
  findResourcePlugin('kubernetes', '@pulumi/kubernetes', {
    PATH: path.join(dir, 'bin'),
    PULUMI_HOME: path.join(dir, 'home'),
  });

function install(...parts: readonly string[]): string {
  const directory = path.join(dir, ...parts);
  const file = path.join(directory, 'pulumi-resource-kubernetes');
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, '');
  chmodSync(file, 0o755);
  return directory;
}

test('none is there', () => {
  expect(find()).toBeUndefined();
});

test('the version that the SDK asks for counts, another does not', () => {
  install('home', 'plugins', 'resource-kubernetes-v1.0.0');
  expect(find()).toBeUndefined();
  const right = install('home', 'plugins', `resource-kubernetes-v${VERSION}`);
  expect(find()).toBe(right);
});

test('on PATH any does, and goes before', () => {
  install('home', 'plugins', `resource-kubernetes-v${VERSION}`);
  const onPath = install('bin');
  expect(find()).toBe(onPath);
});
