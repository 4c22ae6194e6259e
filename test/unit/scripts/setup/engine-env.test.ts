import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { currentBackend, engineVariables, toolPath } from '../../../../scripts/setup/engine-env.ts';

const engine = {
  pulumi: '/opt/pulumi/bin/pulumi',
  version: [3, 253, 0],
  languageHost: '/opt/pulumi/bin/pulumi-language-nodejs',
  from: 'PATH' as const,
};
const local = { url: 'file://~', source: 'login' as const };
const cloud = { url: 'https://api.pulumi.com', source: 'login' as const };

describe('the passphrase', () => {
  test('is empty for stacks in local files, so that nothing prompts', () => {
    expect(engineVariables(engine, local, {}).PULUMI_CONFIG_PASSPHRASE).toBe('');
    expect(engineVariables(engine, undefined, {}).PULUMI_CONFIG_PASSPHRASE).toBe('');
  });
  test('stays the user’s where there is one, also an empty one, or a file with one', () => {
    for (const env of [{ PULUMI_CONFIG_PASSPHRASE: 'x' }, { PULUMI_CONFIG_PASSPHRASE_FILE: '/f' }])
      expect(engineVariables(engine, local, env)).not.toHaveProperty('PULUMI_CONFIG_PASSPHRASE');
  });
  test('is not touched on a backend that encrypts by other means', () => {
    expect(engineVariables(engine, cloud, {})).not.toHaveProperty('PULUMI_CONFIG_PASSPHRASE');
  });
});

test('no copies of old states are kept in local files, unless the user has said so', () => {
  const backups = 'PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS';
  expect(engineVariables(engine, local, {})[backups]).toBe('true');
  expect(engineVariables(engine, cloud, {})).not.toHaveProperty(backups);
  expect(engineVariables(engine, local, { [backups]: 'false' })).not.toHaveProperty(backups);
});

test('programs keep what they compile beside the engine, unless the user has a place for it', () => {
  const at = (env: Record<string, string>) => engineVariables(engine, local, env).NODE_COMPILE_CACHE;
  expect(at({ CNILAB_CACHE_DIR: '/cache' })).toBe('/cache/compile-cache');
  expect(at({ CNILAB_CACHE_DIR: '/cache', NODE_COMPILE_CACHE: '/mine' })).toBe('/mine');
});

describe('PATH', () => {
  test('begins with the project’s own Node and has the sbin directories', () => {
    const dirs = toolPath({ PATH: '/usr/bin' }).split(':');
    expect(dirs[0]).toMatch(/\/node_modules\/\.bin$/);
    expect(dirs).toContain('/usr/sbin');
  });
  test('puts an engine from the cache before one on PATH that is too old', () => {
    const cached = { ...engine, pulumi: '/cache/bin/pulumi', from: 'cache' as const };
    const dirs = (engineVariables(cached, local, { PATH: '/usr/local/bin' }).PATH ?? '').split(':');
    expect(dirs).toContain('/cache/bin');
    expect(dirs.indexOf('/cache/bin')).toBeLessThan(dirs.indexOf('/usr/local/bin'));
  });
  test('grows no longer when it is made twice', () => {
    const once = toolPath({ PATH: '/usr/bin' });
    expect(toolPath({ PATH: once })).toBe(once);
  });
});

describe('the backend', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'cnilab-home-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  test('is where the user is logged in', () => {
    writeFileSync(path.join(home, 'credentials.json'), JSON.stringify({ current: 's3://stacks' }));
    expect(currentBackend({ PULUMI_HOME: home })).toEqual({ url: 's3://stacks', source: 'login' });
  });
  test('is what PULUMI_BACKEND_URL says before that', () => {
    writeFileSync(path.join(home, 'credentials.json'), JSON.stringify({ current: 's3://stacks' }));
    const env = { PULUMI_HOME: home, PULUMI_BACKEND_URL: 'file:///tmp/x' };
    expect(currentBackend(env)).toEqual({ url: 'file:///tmp/x', source: 'PULUMI_BACKEND_URL' });
  });
  test('is none for a user who has never logged in, or has logged out', () => {
    expect(currentBackend({ PULUMI_HOME: home })).toBeUndefined();
    writeFileSync(path.join(home, 'credentials.json'), JSON.stringify({ current: '' }));
    expect(currentBackend({ PULUMI_HOME: home })).toBeUndefined();
  });
  test('is the vendor’s for a token without a login: no local login is made over it', () => {
    expect(currentBackend({ PULUMI_HOME: home, PULUMI_ACCESS_TOKEN: 'pul-x' })?.url).toMatch(/^https:/);
  });
});
