import { describe, expect, test } from 'vitest';
import type { HostSnapshot, InterfaceRow } from '../../../infra/observe/snapshot.ts';
import { correlateVeths, type VethInput } from '../../../infra/observe/veths.ts';
import { recorded, recordedLab } from './fixtures.ts';

describe.each(['kindnet', 'flannel'] as const)('recorded lab %s', (lab) => {
  const snapshot = recordedLab(lab);
  test('every pod’s eth0 has its veth on the node, proven by the kernel’s netnsid map', () => {
    expect(snapshot.veths.map((v) => [v.pod, v.podIf, v.matches, v.provenBy])).toEqual(
      snapshot.pods.map((p) => [p.name, 'eth0', true, 'netnsid']),
    );
    for (const v of snapshot.veths) {
      expect(v.nodeIf).toMatch(/^veth[0-9a-f]{8}$/);
      expect([v.podPeerIfindex, v.nodePeerIfindex]).toEqual([v.nodeIfindex, v.podIfindex]);
      expect(v.master).toBe(lab === 'flannel' ? 'cni0' : undefined);
    }
    expect(new Set(snapshot.veths.map((v) => `${v.node}/${v.nodeIf}`)).size).toBe(snapshot.veths.length);
  });
  test('every attachment has its address, its lease and its address in the kernel', () => {
    expect(snapshot.attachments.map((a) => [a.pod, a.ifName, a.lease, a.inKernel])).toEqual(
      snapshot.pods.map((p) => [p.name, 'eth0', true, true]),
    );
  });
});

describe('two pods whose numbers are equal', () => {
  const node = recorded('kindnet-minikube-m02', 'node');
  const pod2 = recorded('kindnet-pod-2', 'pod');
  const pod3 = recorded('kindnet-pod-3', 'pod');
  const edit = (host: HostSnapshot, change: (i: InterfaceRow) => InterfaceRow): HostSnapshot => ({
    ...host,
    interfaces: host.interfaces.map((i) => (i.kind === 'veth' ? change(i) : i)),
  });
  const correlate = (pods: [string, HostSnapshot][], on: HostSnapshot = node) => {
    const input: VethInput = {
      nodes: [{ name: 'minikube-m02', snapshot: on }],
      pods: pods.map(([name, s]) => ({ name, node: 'minikube-m02', netns: s.netns ?? '', snapshot: s })),
    };
    return correlateVeths(input);
  };

  test('are told apart by their netns', () => {
    // pod-3 claims the numbers of pod-2: the node's netnsid leads to pod-2 alone.
    const liar = edit(pod3, (i) => ({ ...i, peerIfindex: pod2.interfaces[1]?.peerIfindex ?? 0 }));
    expect(
      correlate([
        ['pod-2', pod2],
        ['pod-3', liar],
      ]).map((v) => v.matches),
    ).toEqual([true, false]);
  });

  test('without the map the pair must be mutual, and the row says what it rests on', () => {
    const { netnsids, ...old } = node;
    expect(correlate([['pod-2', pod2]], old)[0]).toMatchObject({ matches: true, provenBy: 'mutual' });
  });

  test('one direction that disagrees is no match, and shows the numbers that differ', () => {
    const other = edit(pod2, (i) => ({ ...i, ifindex: i.ifindex + 7 }));
    const [row] = correlate([['pod-2', other]]);
    expect(row).toMatchObject({ matches: false, podIfindex: 9, nodePeerIfindex: 2 });
    expect(row?.nodeIf).toMatch(/^veth/);
  });

  test('a pod whose veth is gone from the node is a row with nothing at the other end', () => {
    const bare = { ...node, interfaces: node.interfaces.filter((i) => !i.name.startsWith('veth')) };
    expect(correlate([['pod-2', pod2]], bare)[0]).toMatchObject({
      nodeIf: '',
      nodeIfindex: 0,
      matches: false,
    });
  });
});
