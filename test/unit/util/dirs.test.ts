import { describe, expect, test } from 'vitest';
import { cacheDir, cacheDirs, stateDir } from '../../../infra/util/dirs.ts';

const student = { env: {}, uid: 1001, home: '/home/student' };
const root = { env: {}, uid: 0, home: '/root' };

describe('the cache', () => {
  test('is in the home of an ordinary user, who also uses what root’s set-up left', () => {
    expect(cacheDirs(student)).toEqual(['/home/student/.cache/cnilab', '/var/cache/cnilab']);
  });
  test('of root is where unprivileged labs can read it', () => {
    expect(cacheDirs(root)).toEqual(['/var/cache/cnilab']);
  });
  test('follows XDG_CACHE_HOME, but not a relative one', () => {
    expect(cacheDir({ ...student, env: { XDG_CACHE_HOME: '/big/cache' } })).toBe('/big/cache/cnilab');
    expect(cacheDir({ ...student, env: { XDG_CACHE_HOME: 'cache' } })).toBe('/home/student/.cache/cnilab');
  });
  test('named by CNILAB_CACHE_DIR is the only one, for root as well', () => {
    for (const who of [student, root])
      expect(cacheDirs({ ...who, env: { CNILAB_CACHE_DIR: '/mine' } })).toEqual(['/mine']);
  });
});

describe('the state', () => {
  test('is in the user’s own state directory', () => {
    expect(stateDir(student)).toBe('/home/student/.local/state/cnilab');
    expect(stateDir(root)).toBe('/root/.local/state/cnilab');
    expect(stateDir({ ...student, env: { XDG_STATE_HOME: '/s' } })).toBe('/s/cnilab');
    expect(stateDir({ ...student, env: { XDG_STATE_HOME: '/s', CNILAB_STATE_DIR: '/t' } })).toBe('/t');
  });
});
