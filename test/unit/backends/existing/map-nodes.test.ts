import { describe, expect, it } from 'vitest';
import { mapNodes } from '../../../../infra/backends/existing/map-nodes.ts';
import type { LabNode } from '../../../../infra/lab/lab.ts';

const lab = (name: string, role: LabNode['role'] = 'worker'): LabNode => ({
  name,
  role,
  address: '192.168.49.2',
  podCIDR: '10.244.0.0/24',
});
const real = (name: string, control = false) => ({
  metadata: { name, labels: control ? { 'node-role.kubernetes.io/control-plane': '' } : {} },
});
const names = (mapped: ReturnType<typeof mapNodes>) => mapped.map(({ lab, real }) => `${lab}=${real}`);

describe('nodes of a cluster that was there before', () => {
  const wanted = [lab('server', 'control-plane'), lab('agent')];

  it('are those of the same name', () => {
    expect(names(mapNodes(wanted, [real('agent', true), real('server')]))).toEqual([
      'server=server',
      'agent=agent',
    ]);
  });

  it('else those of the same role, in the order of their names', () => {
    const live = [real('z'), real('b'), real('a'), real('m', true)];
    expect(names(mapNodes([...wanted, lab('other')], live))).toEqual(['server=m', 'agent=a', 'other=b']);
  });

  it('else any: a managed cluster shows no control plane', () => {
    expect(names(mapNodes(wanted, [real('ip-1'), real('ip-2')]))).toEqual(['server=ip-2', 'agent=ip-1']);
  });

  it('are what the user says, and the rest as before', () => {
    expect(names(mapNodes(wanted, [real('a'), real('b'), real('c', true)], 'agent=c'))).toEqual([
      'server=a',
      'agent=c',
    ]);
  });

  it.each([
    ['too few nodes', wanted, [real('a')], '', 'the lab has 2 nodes, the cluster 1: a'],
    [
      'a lab node that is none',
      wanted,
      [real('a'), real('b')],
      'sever=a',
      'the lab has no node "sever"; it has server, agent',
    ],
    [
      'a cluster node that is none',
      wanted,
      [real('a'), real('b')],
      'agent=c',
      'the cluster has no node "c"; it has a, b',
    ],
    [
      'another form',
      wanted,
      [real('a'), real('b')],
      'agent',
      '"agent" is not <node of the lab>=<node of the cluster>',
    ],
  ])('refuses %s', (_, nodes, live, said, message) => {
    expect(() => mapNodes(nodes, live, said)).toThrow(message);
  });
});
