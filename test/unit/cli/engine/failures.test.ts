// What is left of the engine's error messages: the words of whoever had something to say.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type EngineEvent, parseEvent } from '../../../../scripts/cli/engine/events.ts';
import { cleanMessage, failuresOf, onlyExperimentsFailed } from '../../../../scripts/cli/engine/failures.ts';

function recorded(fixture: string): readonly EngineEvent[] {
  return readFileSync(path.join(import.meta.dirname, '..', 'fixtures', fixture), 'utf8')
    .split('\n')
    .flatMap((line) => parseEvent(line) ?? []);
}

const error = (message: string, urn?: string): EngineEvent => ({
  kind: 'diagnostic',
  severity: 'error',
  message,
  passing: false,
  ...(urn !== undefined && { urn }),
});

test('a failed experiment is told once, without the engine’s wrapping', () => {
  const failures = failuresOf(recorded('up-experiment-fails.jsonl'), '');
  expect(failures).toHaveLength(1);
  expect(failures[0]?.message.split('\n')[0]).toBe('experiment wrong failed, 1 of 1 checks');
  expect(onlyExperimentsFailed(failures)).toBe(true);
});

test('when the cluster failed as well, it is no matter of experiments', () => {
  const failures = failuresOf(
    [
      ...recorded('up-experiment-fails.jsonl'),
      error('no room', 'urn:pulumi:s::cnilab::cnilab:index:Cluster::x-cluster'),
    ],
    '',
  );
  expect(failures.at(-1)).toEqual({ type: 'Cluster', name: 'x-cluster', message: 'no room' });
  expect(onlyExperimentsFailed(failures)).toBe(false);
  expect(onlyExperimentsFailed([])).toBe(false);
});

test('a program that threw: its message, not its stack', () => {
  const message = [
    "Running program '/home/me/cnilab/infra/main.ts' failed with an unhandled exception:",
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'x' imported from y",
    '    at ModuleJob.link (node:internal/modules/esm/module_job:381:17) {',
    "  code: 'ERR_MODULE_NOT_FOUND',",
    "  url: 'file:///home/me/cnilab/x'",
    '}',
    '',
  ].join('\n');
  expect(cleanMessage(message)).toBe("Cannot find module 'x' imported from y");
  expect(
    cleanMessage(
      "Running program '/x/main.ts' failed with an unhandled exception:\nTypeError: boom\n second line\n    at file:///x/main.ts:7:7\n    at Object.runProgram [as init] (/x/run.ts:523:33)\n",
    ),
  ).toBe('boom\n second line');
});

test('an input that cannot be: the property and what is wrong with it', () => {
  expect(
    cleanMessage(
      "cnilab:index:Network resource 'kindnet-network': property mtu value {7} has a problem: is too small\n",
    ),
  ).toBe('mtu: is too small');
});

test('without any event, the engine’s own standard error is the reason', () => {
  const stderr = 'error: getting stack configuration: get stack secrets manager: incorrect passphrase\n';
  expect(failuresOf([], stderr)).toEqual([
    { message: 'getting stack configuration: get stack secrets manager: incorrect passphrase' },
  ]);
  expect(failuresOf([error('update failed')], '')).toEqual([]);
});

test('a plugin that is not here is told of with what to do', () => {
  const message =
    "no resource plugin 'pulumi-resource-kubernetes' found in the workspace at version v4.34.2 or on your $PATH";
  const [failure] = failuresOf([error(message)], '');
  expect(failure?.message).toContain('--set objects=cnilab');
});
