import { expect, test } from 'vitest';
import { backendNames, loadBackend } from '../../../infra/backends/registry.ts';
import { settingProblem } from '../../../infra/backends/setting-problem.ts';

test.each([
  ['kind', 'provider', 'podman'],
  ['kind', 'provider', ''],
  ['kind', 'image', 'any/text:at-all'],
  ['minikube', 'force', 'true'],
  ['k3s', 'flannel', 'none'],
  ['existing', 'objects', 'cnilab'],
])('backend %s takes %s=%s', async (name, key, value) => {
  expect(settingProblem(await loadBackend(name), key, value)).toBeUndefined();
});

test.each([
  ['kind', 'provider', 'moby'],
  ['kind', 'objects', 'cnilabs'],
  ['kind', 'objekts', 'cnilab'],
  ['minikube', 'containerRuntime', 'rkt'],
  ['minikube', 'nodeAccess', 'telnet'],
  ['minikube', 'force', 'yes'],
  ['k3s', 'flannel', 'host-gw'],
  ['k3s', 'allowHostChanges', 'yes'],
  ['existing', 'allowClusterChanges', 'TRUE'],
  ['netns', 'image', 'kindest/node'],
])('backend %s refuses %s=%s', async (name, key, value) => {
  const problem = settingProblem(await loadBackend(name), key, value);
  expect(`${problem?.message}; ${problem?.hint}`).toMatchSnapshot();
});

test('what a setting is when nothing is said is one of its values, where it is a value at all', async () => {
  for (const name of backendNames()) {
    const { settings = {} } = await loadBackend(name);
    for (const [key, { default: fallback, values }] of Object.entries(settings)) {
      if (!values || !fallback || fallback.includes(' ')) continue;
      expect(values, `${name}.${key}`).toContain(fallback);
    }
  }
});
