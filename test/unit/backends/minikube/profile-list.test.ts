import { expect, test } from 'vitest';
import { planProfile } from '../../../../infra/backends/minikube/profile.ts';
import { findProfile } from '../../../../infra/backends/minikube/profile-list.ts';
import { recording } from './recording.ts';

/** Of the recorded profile. */
const facts = planProfile('kindnet', 'dev-1', '/home/alice/.minikube');
const found = (name: string, of = facts) => findProfile(recording(name).stdout, of);

test('two nodes, as Kubernetes calls them', () => {
  expect(found('profile-list-two')).toMatchInlineSnapshot(`
    {
      "driver": "ssh",
      "kind": "ours",
      "nodes": [
        {
          "address": "192.168.49.2",
          "controlPlane": true,
          "name": "cnilab-kindnet-0388fb62",
        },
        {
          "address": "192.168.49.3",
          "controlPlane": false,
          "name": "cnilab-kindnet-0388fb62-m02",
        },
      ],
    }
  `);
});

test('a start that failed at the first node leaves a profile that minikube calls valid', () => {
  expect(found('profile-list-half')).toEqual({
    kind: 'ours',
    driver: 'ssh',
    nodes: [{ name: facts.cluster, address: '', controlPlane: true }],
  });
});

test('a start that was refused leaves a broken one', () => {
  expect(found('profile-list-broken')).toEqual({ kind: 'broken' });
});

test('where there are none, there is none', () => {
  expect(found('profile-list-none')).toBeUndefined();
});

test('one of that name with another mark is foreign', () => {
  expect(found('profile-list-two', { ...facts, mark: 'of.another' })).toEqual({ kind: 'foreign' });
});

test('what is no list is told', () => {
  expect(() => findProfile('{"error":{}}', facts)).toThrowErrorMatchingInlineSnapshot(
    `[Error: minikube profile list -o json has printed what is no list of profiles: "{\\"error\\":{}}"]`,
  );
});
