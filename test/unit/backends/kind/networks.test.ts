import { describe, expect, it } from 'vitest';
import { createArgs, interfaceOverlap } from '../../../../infra/backends/kind/cluster-network.ts';
import { foundOverlap, parseNetworks } from '../../../../infra/backends/kind/known-networks.ts';
import { SPEC } from '../../../support/stand-in-kind.ts';

// `docker network inspect` of docker 20.10, shortened; podman 4's (docs/source/markdown/podman-network-inspect.1.md).
const DOCKER = `[
  {"Name":"host","Driver":"host","IPAM":{"Driver":"default","Options":null,"Config":[]},"Labels":{}},
  {"Name":"kind","Driver":"bridge","IPAM":{"Config":[{"Subnet":"fc00:f853:ccd:e793::/64"},{"Subnet":"172.18.0.0/16","Gateway":"172.18.0.1"}]},"Labels":{}},
  {"Name":"cnilab-x","Driver":"bridge","IPAM":{"Config":[{"Subnet":"192.168.49.0/24"}]},"Labels":{"io.cnilab.stack":"flannel-dev"}}
]`;
const PODMAN = `[{"name":"podman","subnets":[{"subnet":"10.88.0.0/16","gateway":"10.88.0.1"}],"labels":null}]`;

describe('networks of the runtime', () => {
  it('are read as docker and podman write them', () => {
    expect(parseNetworks(DOCKER)).toEqual([
      { name: 'kind', cidr: 'fc00:f853:ccd:e793::/64' },
      { name: 'kind', cidr: '172.18.0.0/16' },
      { name: 'cnilab-x', cidr: '192.168.49.0/24', stack: 'flannel-dev' },
    ]);
    expect(parseNetworks(PODMAN)).toEqual([{ name: 'podman', cidr: '10.88.0.0/16' }]);
  });

  it('are found where they overlap, in either family', () => {
    expect(foundOverlap(['192.168.0.0/16'], parseNetworks(DOCKER))?.name).toBe('cnilab-x');
    expect(foundOverlap(['10.0.0.0/24', 'fc00:f853:ccd:e793:1::/80'], parseNetworks(DOCKER))?.name).toBe(
      'kind',
    );
    expect(foundOverlap(['10.0.0.0/24'], parseNetworks(DOCKER))).toBeUndefined();
  });

  it('are not made over an interface of the machine', () => {
    const interfaces = {
      lo: [{ cidr: '127.0.0.1/8' }],
      eth0: [{ cidr: 'fe80::1/64' }, { cidr: '198.51.100.9/25' }],
    };
    expect(interfaceOverlap(['198.51.100.0/24'], interfaces)).toEqual({
      name: 'eth0',
      cidr: '198.51.100.9/25',
      isInterface: true,
    });
    expect(interfaceOverlap(['192.168.49.0/24'], interfaces)).toBeUndefined();
  });

  it('are made with both families of a dual-stack lab', () => {
    const underlay = { ...SPEC.underlay, cidr6: 'fd00:1::/64', gateway6: 'fd00:1::1' };
    const facts = { cluster: 'x', id: 'i', runtime: 'docker', roles: 'control-plane' };
    expect(createArgs({ stack: 's', underlay }, facts).join(' ')).toBe(
      'network create --driver bridge --subnet 198.51.100.0/24 --gateway 198.51.100.1 --ipv6 --subnet fd00:1::/64 --gateway fd00:1::1 --label io.cnilab.cluster=i --label io.cnilab.stack=s x',
    );
  });
});
