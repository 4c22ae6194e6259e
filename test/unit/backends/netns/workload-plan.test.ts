import { describe, expect, it } from 'vitest';
import type { PodRecord } from '../../../../infra/backends/netns/pod-record.ts';
import { planWorkload } from '../../../../infra/backends/netns/workload-plan.ts';
import type { LabPod } from '../../../../infra/lab/lab.ts';

const pod = (name: string, more: Partial<LabPod> = {}): LabPod => ({
  name,
  node: 'n1',
  address: '10.0.0.2',
  annotations: {},
  ports: [],
  containers: [{ name: 'main', command: ['sleep', 'infinity'] }],
  ...more,
});
const record = (spec: LabPod, ready = true): PodRecord => ({
  spec,
  containerId: `id-${spec.name}`,
  pin: spec.address ?? '',
  ...(ready && { ready: { status: {} as never, wiring: {} as never } }),
});
const names = (plan: ReturnType<typeof planWorkload>) => ({
  keep: plan.keep.map(({ spec }) => spec.name),
  remove: plan.remove.map(({ spec }) => spec.name),
  add: plan.add.map(({ name }) => name),
});

describe('a change of a workload', () => {
  it('touches nothing when nothing changed, whatever address IPAM is asked for now', () => {
    const wanted = [pod('a', { address: '10.0.0.9' }), pod('b')];
    expect(names(planWorkload([record(pod('a')), record(pod('b'))], wanted, new Set()))).toEqual({
      keep: ['a', 'b'],
      remove: [],
      add: [],
    });
  });

  it('moves only the pod whose node changed', () => {
    const wanted = [pod('a'), pod('b', { node: 'n2' })];
    expect(names(planWorkload([record(pod('a')), record(pod('b'))], wanted, new Set()))).toEqual({
      keep: ['a'],
      remove: ['b'],
      add: ['b'],
    });
  });

  it('adds and removes replicas without touching the others', () => {
    const have = [record(pod('a')), record(pod('b'))];
    expect(names(planWorkload(have, [pod('a')], new Set()))).toEqual({ keep: ['a'], remove: ['b'], add: [] });
    expect(names(planWorkload(have, [pod('a'), pod('b'), pod('c')], new Set())).add).toEqual(['c']);
  });

  it('makes anew what broke and what a crash left half-made', () => {
    const have = [record(pod('a')), record(pod('b'), false)];
    expect(names(planWorkload(have, [pod('a'), pod('b')], new Set(['a'])))).toEqual({
      keep: [],
      remove: ['a', 'b'],
      add: ['a', 'b'],
    });
  });
});
