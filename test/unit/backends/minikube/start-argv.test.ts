import { expect, test } from 'vitest';
import { planProfile } from '../../../../infra/backends/minikube/profile.ts';
import { startArgv } from '../../../../infra/backends/minikube/start-argv.ts';
import { KINDNET, kindnetSpec } from './spec.ts';

const facts = planProfile('kindnet', 'dev-1', '/home/alice/.minikube');
const argv = (...args: Parameters<typeof kindnetSpec>) =>
  startArgv(kindnetSpec(...args), facts, '/private/no-cni.yaml');

test('a cluster without a CNI, for the lab to bring its own', () => {
  expect(argv()).toMatchInlineSnapshot(`
    [
      "start",
      "--profile",
      "cnilab-kindnet-0388fb62",
      "--keep-context=false",
      "--output",
      "json",
      "--interactive=false",
      "--embed-certs",
      "--nodes=2",
      "--container-runtime=containerd",
      "--subnet=192.168.49.0",
      "--cni=/private/no-cni.yaml",
      "--apiserver-names=0388fb626ca89a127847443989334b8c.cnilab.invalid",
      "--extra-config=kubeadm.pod-network-cidr=10.244.0.0/23",
      "--install-addons=false",
      "--wait=apiserver,default_sa,kubelet",
    ]
  `);
});

test('the kindnet lab gets the kindnet of minikube, and no CoreDNS that would take its first addresses', () => {
  const withNetwork = argv({}, { network: KINDNET });
  expect(withNetwork).toContain('--cni=kindnet');
  expect(withNetwork).toContain('--extra-config=kubeadm.pod-network-cidr=10.244.0.0/16');
  expect(withNetwork).toContain('--extra-config=kubeadm.skip-phases=addon/coredns');
  expect(withNetwork).toContain('--wait=apiserver,default_sa,kubelet,node_ready');
});

test('unless its range is not the one that minikube masquerades for', () => {
  const other = argv({}, { network: { ...KINDNET, podCIDR: '10.42.0.0/16' } });
  expect(other).toContain('--cni=/private/no-cni.yaml');
  expect(other).toContain('--extra-config=kubeadm.pod-network-cidr=10.42.0.0/16');
});

test('what the user says is passed on', () => {
  const said = argv({
    driver: 'kvm2',
    kubernetesVersion: 'v1.34.4',
    cni: 'flannel',
    containerRuntime: 'cri-o',
    cpus: '4',
    memory: '6g',
    diskSize: '30g',
    imageRepository: 'mirror.example/k8s',
    force: 'true',
  });
  expect(said).toEqual(
    expect.arrayContaining([
      '--driver=kvm2',
      '--kubernetes-version=v1.34.4',
      '--cni=flannel',
      '--container-runtime=cri-o',
      '--cpus=4',
      '--memory=6g',
      '--disk-size=30g',
      '--image-repository=mirror.example/k8s',
      '--force',
    ]),
  );
  expect(said.join(' ')).not.toContain('--subnet');
});

test('node ranges of another size than /24 are asked for', () => {
  const nodes = kindnetSpec().nodes.map((node, index) => ({ ...node, podCIDR: `10.244.${index * 2}.0/23` }));
  expect(argv({}, { nodes })).toEqual(
    expect.arrayContaining([
      '--extra-config=kubeadm.pod-network-cidr=10.244.0.0/22',
      '--extra-config=controller-manager.node-cidr-mask-size=23',
    ]),
  );
});

test('a lab whose control plane is not its first node is refused', () => {
  const nodes = kindnetSpec().nodes.toReversed();
  expect(() => argv({}, { nodes })).toThrowErrorMatchingInlineSnapshot(`
    [Error: minikube's first node is the only control plane; in lab kindnet minikube is not the first node
    name the control plane first in the lab file, and the workers after it]
  `);
});

test('a lab with two control planes is refused', () => {
  const nodes = kindnetSpec().nodes.map((node) => ({ ...node, role: 'control-plane' as const }));
  expect(() => argv({}, { nodes })).toThrowErrorMatchingInlineSnapshot(`
    [Error: minikube's first node is the only control plane; in lab kindnet 2 nodes are: minikube, minikube-m02
    name the control plane first in the lab file, and the workers after it]
  `);
});
