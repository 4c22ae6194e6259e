// The engine does not ask $HOME: what we look for beside it must be looked for where it is.
import { userInfo } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { accountHome, pulumiHome } from '../../../infra/util/pulumi-home.ts';

afterEach(() => vi.unstubAllEnvs());

test('the home is that of the account, whatever $HOME says', () => {
  vi.stubEnv('HOME', '/somewhere/else');
  expect(accountHome()).toBe(userInfo().homedir);
  expect(pulumiHome({ HOME: '/somewhere/else' })).toBe(path.join(userInfo().homedir, '.pulumi'));
});

test('PULUMI_HOME goes before it', () => {
  expect(pulumiHome({ PULUMI_HOME: '/pulumi' })).toBe('/pulumi');
});
