// Which live pod is which of the lab's: the same answer however the API lists them.
import type { V1Pod } from '@kubernetes/client-node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podLabels } from '../../../../infra/backends/kubernetes/object-labels.ts';
import { namePods } from '../../../../infra/backends/kubernetes/pod-names.ts';
import type { LabPod } from '../../../../infra/lab/lab.ts';

const wanted = (name: string, node: string): LabPod => ({
  name,
  node,
  address: '10.244.0.2',
  annotations: {},
  ports: [],
  containers: [],
});
const live = (
  name: string,
  node: string,
  podIP?: string,
  more: Partial<V1Pod> = {},
  workload = 'web',
): V1Pod => ({
  metadata: { name, labels: podLabels('lab', workload, node), ...more.metadata },
  status: { phase: 'Running', ...(podIP !== undefined && { podIP }), ...more.status },
});
/** Lab pod → live pod; what is missing; what is too much. */
const answer = (pods: readonly LabPod[], found: readonly V1Pod[]) => {
  const { live, missing, superfluous } = namePods('web', pods, found);
  const named = Object.fromEntries([...live].map(([name, pod]) => [name, pod.metadata?.name]));
  return { named, missing, superfluous: superfluous.map(({ metadata }) => metadata?.name) };
};
const three = [wanted('web-1', 'a'), wanted('web-2', 'b'), wanted('web-3', 'a')];

describe('the pods of a lab', () => {
  it('are counted on each node by address, as a number', () => {
    const found = [live('x', 'a', '10.244.0.10'), live('y', 'b', '10.244.1.2'), live('z', 'a', '10.244.0.9')];
    expect(answer(three, found)).toEqual({
      named: { 'web-1': 'z', 'web-2': 'y', 'web-3': 'x' },
      missing: [],
      superfluous: [],
    });
  });

  it('are counted by name where their address is the same: that of the node', () => {
    const found = [live('n', 'a', '192.168.49.2'), live('m', 'a', '192.168.49.2')];
    expect(answer([wanted('web-1', 'a'), wanted('web-2', 'a')], found).named).toEqual({
      'web-1': 'm',
      'web-2': 'n',
    });
  });

  it('are not those that end, have ended, or have no address yet', () => {
    const found = [
      live('ends', 'a', '10.244.0.2', { metadata: { deletionTimestamp: new Date() } }),
      live('evicted', 'a', '10.244.0.3', { status: { phase: 'Failed' } }),
      live('done', 'a', '10.244.0.4', { status: { phase: 'Succeeded' } }),
      live('new', 'a'),
      live('good', 'a', '10.244.0.5'),
    ];
    expect(answer(three, found)).toEqual({
      named: { 'web-1': 'good' },
      missing: ['web-2', 'web-3'],
      superfluous: [],
    });
  });

  it('are not those of another workload, and one on a wrong node is too much', () => {
    const found = [
      live('other', 'a', '10.244.0.2', {}, 'db'),
      live('wrong', 'c', '10.244.2.2'),
      { metadata: { name: 'bare' }, status: { podIP: '10.244.0.3' } },
    ];
    expect(answer(three, found)).toEqual({
      named: {},
      missing: ['web-1', 'web-2', 'web-3'],
      superfluous: ['wrong'],
    });
  });

  it('of which there are too many: the last are too much', () => {
    const found = [live('x', 'b', '10.244.1.4'), live('y', 'b', '10.244.1.3')];
    expect(answer(three, found)).toEqual({
      named: { 'web-2': 'y' },
      missing: ['web-1', 'web-3'],
      superfluous: ['x'],
    });
  });
});

const address = fc.oneof(fc.ipV4(), fc.ipV6());
const livePods = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^web-[a-z0-9]{5}$/),
    node: fc.constantFrom('a', 'b', 'c'),
    ip: fc.option(address, { nil: undefined }),
    workload: fc.constantFrom('web', 'web', 'web', 'db'),
  }),
  { selector: ({ name }) => name, maxLength: 12 },
);
const labPods = fc
  .array(fc.constantFrom('a', 'b'), { maxLength: 8 })
  .map((nodes) => nodes.map((node, i) => wanted(`web-${i + 1}`, node)));

describe('whatever pods there are', () => {
  const toPods = (
    pods: readonly { name: string; node: string; ip: string | undefined; workload: string }[],
  ) => pods.map(({ name, node, ip, workload }) => live(name, node, ip, {}, workload));

  it('their order changes nothing', () => {
    const shuffled = livePods.chain((pods) =>
      fc.tuple(fc.constant(pods), fc.shuffledSubarray(pods, { minLength: pods.length })),
    );
    fc.assert(
      fc.property(labPods, shuffled, (pods, [one, other]) => {
        expect(answer(pods, toPods(other))).toEqual(answer(pods, toPods(one)));
      }),
    );
  });

  it('each is somebody, or too much, or does not count; nobody is two', () => {
    fc.assert(
      fc.property(labPods, livePods, (pods, found) => {
        const { named, missing, superfluous } = answer(pods, toPods(found));
        const counted = found.filter(({ ip, workload }) => ip !== undefined && workload === 'web');
        expect([...Object.values(named), ...superfluous].sort()).toEqual(
          counted.map(({ name }) => name).sort(),
        );
        expect([...Object.keys(named), ...missing].sort()).toEqual(pods.map(({ name }) => name).sort());
      }),
    );
  });
});
