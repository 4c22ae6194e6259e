import { expect, test } from 'vitest';
import { minikubeError } from '../../../../infra/backends/minikube/failure.ts';
import { recording } from './recording.ts';

test.each([
  'start-docker-missing',
  'start-docker-down',
  'start-kvm-missing',
  'start-driver-unknown',
  'start-as-root',
  'start-version-unknown',
  'start-version-old',
  'start-name-invalid',
  'start-memory-small',
  'start-memory-large',
  'start-cpus-few',
  'start-cni-false',
  'start-cni-file-missing',
  'start-flag-unknown',
  'start-no-image',
  'start-image-broken',
  'start-panic',
  'ssh-node-missing',
  'ssh-stopped',
])('what is said of %s', (name) => {
  expect(minikubeError('make the cluster lab', recording(name)).message).toMatchSnapshot();
});

test('a minikube that says nothing is told by its exit status', () => {
  const { message } = minikubeError('make the cluster lab', { exitCode: 137, stdout: '', stderr: '' });
  expect(message).toBe('minikube cannot make the cluster lab: it does not say why (exit status 137)');
});

test('a port in use has advice of its own', () => {
  const stderr =
    'X Exiting due to GUEST_PROVISION: Bind for 127.0.0.1:8443 failed: port is already allocated';
  const { message, code } = minikubeError('make the cluster lab', { exitCode: 80, stdout: '', stderr });
  expect(code).toBe('GUEST_PROVISION');
  expect(message).toContain('end it, then run this again');
});
