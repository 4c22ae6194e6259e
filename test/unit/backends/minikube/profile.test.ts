import { expect, test } from 'vitest';
import { minikubeFacts, minikubeHome, planProfile } from '../../../../infra/backends/minikube/profile.ts';

test('a profile is named after its lab and after what is unique of it', () => {
  const one = planProfile('kindnet', 'dev-1', '/home/alice/.minikube');
  expect(one.cluster).toMatch(/^cnilab-kindnet-[0-9a-f]{8}$/);
  expect(planProfile('kindnet', 'dev-1', '/home/alice/.minikube')).toEqual(one);
  const other = planProfile('kindnet', 'dev-2', '/home/alice/.minikube');
  expect(other.cluster).not.toBe(one.cluster);
  expect(other.mark).not.toBe(one.mark);
});

test.each(['A lab / with "everything"', 'x'.repeat(200), '-', 'm02'])(
  'a lab called %j still has a profile that minikube and Kubernetes take',
  (lab) => {
    // With `-m99` behind it, it is the name of a node: a label of at most 63 characters (RFC 1123).
    const { cluster } = planProfile(lab, 'id', '/h');
    expect(`${cluster}-m99`).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$/);
    expect(cluster).toMatch(/-[0-9a-f]{8}$/);
  },
);

test.each([
  [{ HOME: '/home/alice' }, '/home/alice/.minikube'],
  [{ HOME: '/home/alice', MINIKUBE_HOME: '/data' }, '/data/.minikube'],
  [{ HOME: '/home/alice', MINIKUBE_HOME: '/data/.minikube' }, '/data/.minikube'],
])('with %j minikube keeps its things in %s', (env, home) => {
  expect(minikubeHome(env)).toBe(home);
});

test('the facts of another tool are refused', () => {
  expect(() => minikubeFacts({ cluster: 'kind-lab' })).toThrow(
    /kind-lab was not recorded as one of minikube/,
  );
});
