import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ensureArtefact, type Way } from '../../../../scripts/setup/artefact.ts';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'cnilab-artefact-'));
  vi.stubEnv('CNILAB_CACHE_DIR', cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

const file = () => path.join(cache, 'bin', 'tool');
const present = async () => existsSync(file());
const artefact = (...ways: Way[]) =>
  ({ what: 'the tool', dir: 'bin', files: ['tool'], ways, advice: 'Install the tool.' }) as const;

const works: Way = {
  name: 'works',
  make: async (into) => writeFileSync(path.join(into, 'tool'), 'made'),
};
const offline: Way = {
  name: 'download',
  make: async () => {
    throw new Error('out of reach');
  },
};

test('the first way that works is taken, and the program can be executed', async () => {
  await ensureArtefact(artefact(offline, works, offline), present);
  expect(readFileSync(file(), 'utf8')).toBe('made');
  expect(statSync(file()).mode & 0o777).toBe(0o755);
});

test('a way that fails half-way leaves nothing that looks like the program', async () => {
  const halfway: Way = {
    name: 'half-way',
    make: async (into) => {
      writeFileSync(path.join(into, 'tool'), 'ha');
      throw new Error('disk full');
    },
  };
  await expect(ensureArtefact(artefact(halfway), present)).rejects.toThrow('disk full');
  expect(readdirSync(path.join(cache, 'bin'))).toEqual([]);
});

test('what a killed run left is cleared away', async () => {
  mkdirSync(path.join(cache, 'bin', '.new-tool-1'), { recursive: true });
  await ensureArtefact(artefact(works), present);
  expect(readdirSync(path.join(cache, 'bin'))).toEqual(['tool']);
});

test('two at a time make it once', async () => {
  const make = vi.fn(works.make);
  const counted = artefact({ ...works, make });
  await Promise.all([ensureArtefact(counted, present), ensureArtefact(counted, present)]);
  expect(make).toHaveBeenCalledTimes(1);
});

test('when no way works, one message has what each said and what to do', async () => {
  await expect(ensureArtefact(artefact(offline, { ...offline, name: 'build' }), present)).rejects.toThrow(
    'the tool is not on this machine and could not be had:\n  download: out of reach\n  build: out of reach\nInstall the tool.',
  );
});
