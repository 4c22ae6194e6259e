import { expect, test } from 'vitest';
import { bringsNetwork, chosenCni } from '../../../../infra/backends/minikube/cni.ts';
import { settingsProblems } from '../../../../infra/backends/minikube/settings.ts';
import { KINDNET, kindnetSpec } from './spec.ts';

test('settings that minikube takes are no problem', () => {
  const settings = {
    driver: 'docker',
    kubernetesVersion: 'v1.34.4',
    cni: '/etc/my-cni.yaml',
    containerRuntime: 'docker',
    nodeAccess: 'ssh',
  };
  expect(settingsProblems(settings)).toEqual([]);
});

test.each([[{ cni: 'weave' }], [{ memory: '' }], [{ driver: '--force' }], [{ driver: 'none' }]])(
  '%j is a problem',
  (settings) => {
    expect(settingsProblems(settings as unknown as Record<string, string>).join('\n')).toMatchSnapshot();
  },
);

test.each([
  [{}, undefined, 'none'],
  [{}, KINDNET, 'kindnet'],
  [{}, { ...KINDNET, type: 'flannel' } as const, 'none'],
  [{}, { ...KINDNET, podCIDR6: 'fd00::/56' }, 'none'],
  [{ cni: 'none' }, KINDNET, 'none'],
  [{ cni: 'flannel' }, { ...KINDNET, type: 'flannel' } as const, 'flannel'],
])('with settings %j a network %j gets %s from minikube', (settings, network, cni) => {
  const spec = kindnetSpec(settings as Record<string, string>, network && { network });
  expect(chosenCni(spec)).toBe(cni);
  expect(bringsNetwork(spec)).toBe(cni !== 'none');
});
