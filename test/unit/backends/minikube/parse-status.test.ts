import { expect, test } from 'vitest';
import { allHostsRun, driverSilence } from '../../../../infra/backends/minikube/parse-status.ts';
import { recording } from './recording.ts';

test.each([
  ['status-running', true],
  ['status-two', true],
  ['status-stopped', false],
  ['status-missing', false],
  ['status-host-missing', false],
  ['status-container-missing', false],
  ['status-docker-down', false],
])('of %s all hosts run: %s', (name, run) => {
  expect(allHostsRun(recording(name))).toBe(run);
});

test('a single node is an object, not a list', () => {
  const stdout = '{"Name":"lab","Host":"Running","Kubelet":"Running","APIServer":"Running"}';
  expect(allHostsRun({ exitCode: 0, stdout, stderr: '' })).toBe(true);
});

test('one host that is switched off is enough', () => {
  const { stdout } = recording('status-running');
  expect(allHostsRun({ exitCode: 7, stdout: stdout.replace('"Running"', '"Stopped"'), stderr: '' })).toBe(
    false,
  );
});

test('a driver that does not answer is told from machines that are not there', () => {
  expect(driverSilence(recording('status-docker-down'))).toMatchInlineSnapshot(
    `"Cannot connect to the Docker daemon at unix:///run/docker.sock. Is the docker daemon running?"`,
  );
  expect(driverSilence(recording('status-container-missing'))).toBeUndefined();
  expect(driverSilence(recording('status-host-missing'))).toBeUndefined();
});
