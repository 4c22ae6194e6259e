import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { exec } from '../../../infra/util/exec.ts';

/** Signals that end a process which has not asked for anything else (signal(7)), those of crashes among them. */
const DEADLY = ['SIGHUP', 'SIGQUIT', 'SIGABRT', 'SIGSEGV', 'SIGTERM', 'SIGXCPU'] as const;

test.each(DEADLY)(
  'a process that ends by %s has the exit code that a shell would give it',
  async (signal) => {
    const { exitCode } = await exec(['sh', '-c', `ulimit -c 0; kill -${signal.slice(3)} $$`]);
    expect(exitCode).toBe(128 + constants.signals[signal]);
  },
);

test('what cannot be started has exit code 127, and says why', async () => {
  const result = await exec(['/no/such/program']);
  expect(result).toMatchObject({ exitCode: 127, stderr: expect.stringContaining('ENOENT') });
});
