import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kindConfig } from '../../../../infra/backends/kind/kind-config.ts';
import { SPEC } from '../../../support/stand-in-kind.ts';

const roles = ['control-plane', 'worker', 'worker'] as const;

describe("kind's configuration of a lab", () => {
  it('has the roles in the lab’s order, the lab’s ranges and no CNI', () => {
    const text = kindConfig(SPEC, { cluster: 'cnilab-x', roles, kind: { major: 0, minor: 33 } });
    expect(text).toMatchInlineSnapshot(`
      "kind: Cluster
      apiVersion: kind.x-k8s.io/v1alpha4
      name: cnilab-x
      networking:
        disableDefaultCNI: true
        apiServerAddress: 127.0.0.1
        podSubnet: 10.244.0.0/16
      kubeadmConfigPatches:
        - |
          kind: ClusterConfiguration
          controllerManager:
            extraArgs:
              allocate-node-cidrs: "false"
      containerdConfigPatches:
        - |
          [plugins."io.containerd.grpc.v1.cri".cni]
          setup_serially = true
        - |
          version = 3
          [plugins."io.containerd.cri.v1.runtime".cni]
          setup_serially = true
      nodes:
        - role: control-plane
        - role: worker
        - role: worker
      "
    `);
  });

  it('has both families of a dual-stack lab', () => {
    const underlay = { ...SPEC.underlay, cidr6: 'fd00:1::/64', gateway6: 'fd00:1::1' };
    const network = {
      type: 'kindnet',
      podCIDR: '10.244.0.0/16',
      podCIDR6: 'fd00:10:244::/56',
      vni: 1,
      port: 8472,
    } as const;
    const spec = { ...SPEC, underlay, network };
    const text = kindConfig(spec, { cluster: 'cnilab-x', roles, kind: { major: 0, minor: 33 } });
    expect(parse(text).networking).toMatchObject({
      ipFamily: 'dual',
      podSubnet: '10.244.0.0/16,fd00:10:244::/56',
    });
  });

  it('leaves the pods’ range to kind where nobody says it', () => {
    const { network: _, ...spec } = SPEC;
    const text = kindConfig(spec, { cluster: 'cnilab-x', roles, kind: { major: 0, minor: 33 } });
    expect(parse(text).networking).not.toHaveProperty('podSubnet');
  });

  it('gives a kind that would take any patch only the one that fits its images', () => {
    const text = kindConfig(SPEC, { cluster: 'cnilab-x', roles, kind: { major: 0, minor: 31 } });
    expect(parse(text).containerdConfigPatches).toEqual([
      '[plugins."io.containerd.grpc.v1.cri".cni]\nsetup_serially = true\n',
    ]);
  });
});
