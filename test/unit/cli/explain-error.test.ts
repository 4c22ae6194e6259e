// Whatever goes wrong, a person gets what, where and what next; never a stack trace.
import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { HostError } from '../../../infra/backends/host-error.ts';
import { LabError } from '../../../infra/lab/problem.ts';
import { stateDir } from '../../../infra/util/dirs.ts';
import { usageError } from '../../../scripts/cli/cli-error.ts';
import { explainError } from '../../../scripts/cli/explain-error.ts';

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('a wrong command line: the message, then each hint on a line', () => {
  expect(explainError(usageError('no lab is up', 'npm run up stands one up', 'or not'))).toEqual({
    text: 'no lab is up\n  → npm run up stands one up\n  → or not',
    exitCode: 2,
  });
});

test('a wrong lab file: its own message, exit code 2', () => {
  const error = new LabError([
    { file: 'lab.yaml', line: 3, column: 5, path: 'cluster', message: 'bad', hint: 'mend it' },
  ]);
  expect(explainError(error)).toEqual({ text: 'lab.yaml:3:5: bad\n  mend it', exitCode: 2 });
});

test('a command that failed on a host: the command and its stderr, exit code 3', () => {
  const error = new HostError(
    'failed',
    'minikube',
    ['ip', 'route'],
    'exited with 2',
    'RTNETLINK answers: no',
  );
  expect(explainError(error)).toEqual({
    text: 'exited with 2 (on minikube): ip route\nRTNETLINK answers: no',
    exitCode: 3,
  });
});

test('errors of the system say which file and what to do about it', () => {
  expect(explainError(thrownBy(() => readFileSync('/nowhere/record.json')))).toEqual({
    text: '/nowhere/record.json: there is no such file (ENOENT)\n  → check the name',
    exitCode: 3,
  });
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
    path: `${homedir()}/captures/x.pcapng`,
  });
  expect(explainError(full).text).toBe(
    '~/captures/x.pcapng: there is no space left on the device (ENOSPC)\n  → make room there, then run the same command again',
  );
  expect(explainError(thrownBy(() => mkdirSync('/proc/nowhere'))).exitCode).toBe(3);
});

test('what nobody foresaw has no stack, and says how to report it', () => {
  const { text, exitCode } = explainError(new TypeError('x is not a function'));
  expect(text).toMatch(/^x is not a function\n.*CNILAB_DEBUG=1/);
  expect(text).not.toMatch(/\n\s+at /);
  expect(exitCode).toBe(3);
  expect(explainError('just a string').text).toContain('just a string');
});

test('an abort is an interruption, not a failure', () => {
  expect(explainError(new DOMException('aborted', 'AbortError'))).toEqual({ text: 'stopped', exitCode: 130 });
});

test('what cannot be written of cnilab’s own can be kept elsewhere', () => {
  const denied = (path: string) =>
    explainError(
      Object.assign(new Error('EACCES: permission denied, mkdir'), {
        code: 'EACCES',
        syscall: 'mkdir',
        path,
      }),
    ).text.split('\n');
  const hint = '  → or keep the state of labs elsewhere: export CNILAB_STATE_DIR=<directory>';
  expect(denied(path.join(stateDir(), 'logs'))).toContain(hint);
  expect(denied(path.dirname(stateDir()))).toContain(hint);
  expect(denied('/srv/lab.yaml')).toHaveLength(2);
});
