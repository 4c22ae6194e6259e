// Names: pods are called by rule, and what the kernel refuses as an interface name is refused before.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interfaceNameProblem, podNames } from '../../../infra/lab/names.ts';

describe('pod names', () => {
  it('are the workload’s for a pod, numbered from 1 for a deployment', () => {
    expect(podNames({ name: 'pod1', kind: 'pod', replicas: 1 })).toEqual(['pod1']);
    expect(podNames({ name: 'web', kind: 'deployment', replicas: 3 })).toEqual(['web-1', 'web-2', 'web-3']);
    expect(podNames({ name: 'web', kind: 'deployment', replicas: 1 })).toEqual(['web-1']);
    expect(podNames({ name: 'web', kind: 'deployment', replicas: 0 })).toEqual([]);
  });

  it('are unique labels, and those of fewer replicas are the first of those of more', () => {
    const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
    fc.assert(
      fc.property(name, fc.nat({ max: 200 }), fc.nat({ max: 200 }), (workload, few, more) => {
        const all = podNames({ name: workload, kind: 'deployment', replicas: few + more });
        expect(new Set(all).size).toBe(few + more);
        expect(podNames({ name: workload, kind: 'deployment', replicas: few })).toEqual(all.slice(0, few));
        for (const pod of all) expect(pod).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
      }),
    );
  });
});

describe('interface names', () => {
  it.each(['eth0', 'flannel.1', 'veth0123456789a', 'cni0', 'a'])('%s is one', (name) => {
    expect(interfaceNameProblem(name)).toBeUndefined();
  });
  it.each(['', '.', '..', 'a b', 'a/b', 'a:b', 'sixteen-letters-', 'é'.repeat(8)])('"%s" is none', (name) => {
    expect(interfaceNameProblem(name)).toBeTypeOf('string');
  });
});
