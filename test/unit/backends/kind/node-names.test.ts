import { describe, expect, it } from 'vitest';
import { planRunFlags } from '../../../../infra/backends/kind/address-plan.ts';
import { clusterName, type KindFacts } from '../../../../infra/backends/kind/kind-facts.ts';
import { kindRoles, nodeNames } from '../../../../infra/backends/kind/node-names.ts';
import { SPEC } from '../../../support/stand-in-kind.ts';

describe('names and addresses of kind nodes', () => {
  it('counts each role by itself', () => {
    expect(nodeNames('x', ['worker', 'control-plane', 'worker', 'control-plane'])).toEqual([
      'x-worker',
      'x-control-plane',
      'x-worker2',
      'x-control-plane2',
    ]);
  });

  it('makes the first node the control plane where the lab has none', () => {
    expect(kindRoles([{ role: 'worker' }, { role: 'worker' }])).toEqual(['control-plane', 'worker']);
    expect(kindRoles([{ role: 'worker' }, { role: 'control-plane' }])).toEqual(['worker', 'control-plane']);
  });

  it('calls a cluster by its stack, in what kind and a host name allow', () => {
    expect(clusterName('Org/proj/Kindnet_dev', 'a')).toBe('cnilab-org-proj-kindnet-dev-ca978112');
    expect(clusterName('x'.repeat(100), 'a')).toMatch(/^cnilab-x{20}-ca978112$/);
    expect(clusterName('***', 'a')).toBe('cnilab-ca978112');
    expect(`${clusterName('x'.repeat(100), 'a')}-external-load-balancer`.length).toBeLessThanOrEqual(63);
  });

  const facts = (roles: string): KindFacts => ({ cluster: 'x', id: 'i', runtime: 'docker', roles });

  it('gives each node its address, of both families', () => {
    const nodes = SPEC.nodes.map((node, i) => ({ ...node, address6: `fd00:1::${i + 2}` }));
    expect(planRunFlags({ ...SPEC, nodes }, facts('control-plane worker'))).toEqual({
      'x-control-plane': flags('198.51.100.2', 'fd00:1::2'),
      'x-worker': flags('198.51.100.3', 'fd00:1::3'),
    });
  });

  it('gives the load balancer the last address that no node has', () => {
    const nodes = [
      ...SPEC.nodes,
      { name: 'c', role: 'worker', address: '198.51.100.254', podCIDR: '10.244.2.0/24' } as const,
    ];
    expect(planRunFlags({ ...SPEC, nodes }, facts('control-plane control-plane worker'))).toMatchObject({
      'x-external-load-balancer': flags('198.51.100.253'),
    });
    const underlay = { cidr: '198.51.100.0/29', gateway: '198.51.100.1' };
    const all = [2, 3, 4, 5, 6].map((n) => ({ ...SPEC.nodes[0], name: `n${n}`, address: `198.51.100.${n}` }));
    expect(() =>
      planRunFlags(
        { underlay, nodes: all as typeof SPEC.nodes },
        facts('control-plane control-plane worker'),
      ),
    ).toThrow('198.51.100.0/29 has no address left for the load balancer');
  });
});

const flags = (address: string, address6?: string) => [
  ...['--label', 'io.cnilab.cluster=i', '--ip', address],
  ...(address6 ? ['--ip6', address6] : []),
];
