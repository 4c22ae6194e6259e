// A lab on Kubernetes as a graph: a provider of the cluster's own, the objects of its workloads, and which resource waits for them.
// @pulumi/kubernetes' plugin is not asked: nothing here reaches a cluster.
import path from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { afterEach, expect, test, vi } from 'vitest';
import { KubernetesWorkloads } from '../../infra/components/kubernetes-workloads.ts';
import { type LabArgs, LabComponent } from '../../infra/components/lab-component.ts';
import type { Lab, LabPod } from '../../infra/lab/lab.ts';
import { loadLab } from '../../infra/lab/load.ts';
import program from '../../infra/main.ts';
import { type Declared, declaredBy, graphOf } from '../support/program-graph.ts';

const LABS = path.resolve(import.meta.dirname, '../../labs');
const KUBECONFIG = 'apiVersion: v1\nkind: Config\n';
const kindnet = await loadLab(path.join(LABS, 'kindnet'));
const [first = '', second = ''] = kindnet.nodes.map(({ name }) => name);
const onNode = (name: string, node: string): LabPod => ({
  name,
  node,
  address: '10.244.0.9',
  annotations: { 'example.com/note': 'of the lab' },
  ports: [{ containerPort: 80, hostPort: 8080, protocol: 'tcp' }],
  containers: [{ name: 'main', command: ['sleep', '1000'] }],
});
const lab: Lab = {
  ...kindnet,
  name: 'twice',
  workloads: [
    { name: 'web', kind: 'deployment', pods: [onNode('web-0', first), onNode('web-1', second)] },
    { name: 'bare', kind: 'pod', pods: [onNode('bare', second)] },
  ],
  experiments: [],
};
const outputsOf = (type: string, name: string) => ({
  ...(type.endsWith(':Cluster') && {
    handle: { backend: 'stand-in', id: 'c1', facts: { namespace: 'cnilab-c1' } },
    nodeStatus: [first, second].map((node) => ({ name: node, kubernetesName: `real-${node}` })),
    kubeconfig: pulumi.secret(KUBECONFIG),
  }),
  ...(type.endsWith(':Workload') && { podStatus: [] }),
  ...(type.endsWith(':Experiment') && { verdict: 'pass' }),
  generation: `generation of ${name}`,
});
const declared = (args: Partial<LabArgs>, preview = false) =>
  graphOf(
    () =>
      new LabComponent(lab.name, {
        lab,
        stack: 'blue',
        backend: 'stand-in',
        isolation: 'auto',
        origin: { project: 'cnilab', backendUrl: '', checkout: '', labFile: '' },
        ...args,
      }),
    outputsOf,
    preview,
  );
const byPulumi: Partial<LabArgs> = {
  kubernetes: true,
  objects: (name, cluster, options) =>
    new KubernetesWorkloads(name, { lab, cluster, podImage: 'image:1' }, options),
};
const OURS = ['Cluster', 'Lab', 'Network', 'Workload', 'Experiment', 'Verdict', 'Stack'];
const isOurs = ({ resource }: Declared) => OURS.includes(resource.split('::')[0] ?? '');
const line = ({ resource, provider, deletedWith, dependsOn }: Declared) =>
  `${resource} by ${provider || '-'}, goes with ${deletedWith || '-'}, after ${dependsOn.join(' ') || '-'}`;
const find = (all: readonly Declared[], start: string) => {
  const found = all.filter(({ resource }) => resource.startsWith(start));
  if (found.length !== 1) throw new Error(`${found.length} resources ${start}`);
  return found[0] as Declared;
};

afterEach(() => vi.unstubAllEnvs());

test("every object is of the cluster's own provider and goes with the cluster; workloads come one after the other", async () => {
  expect((await declared(byPulumi)).map(line).join('\n')).toMatchInlineSnapshot(`
    "Cluster::twice-cluster by -, goes with -, after -
    Deployment::twice-deployment-web-minikube-3040c9 by kubernetes::twice-kubernetes, goes with Cluster::twice-cluster, after Cluster::twice-cluster Namespace::twice-namespace Network::twice-network
    Deployment::twice-deployment-web-minikube-m02-64287c by kubernetes::twice-kubernetes, goes with Cluster::twice-cluster, after Cluster::twice-cluster Namespace::twice-namespace Network::twice-network
    Lab::twice by -, goes with -, after -
    Namespace::twice-namespace by kubernetes::twice-kubernetes, goes with Cluster::twice-cluster, after Cluster::twice-cluster
    Network::twice-network by -, goes with Cluster::twice-cluster, after Cluster::twice-cluster
    Pod::twice-pod-bare by kubernetes::twice-kubernetes, goes with Cluster::twice-cluster, after Cluster::twice-cluster Namespace::twice-namespace Network::twice-network Workload::twice-web
    Workload::twice-bare by -, goes with Cluster::twice-cluster, after Cluster::twice-cluster Network::twice-network Pod::twice-pod-bare Workload::twice-web
    Workload::twice-web by -, goes with Cluster::twice-cluster, after Cluster::twice-cluster Deployment::twice-deployment-web-minikube-3040c9 Deployment::twice-deployment-web-minikube-m02-64287c Network::twice-network
    kubernetes::twice-kubernetes by -, goes with Cluster::twice-cluster, after Cluster::twice-cluster"
  `);
});

test('the provider knows the cluster by its identity, and by a kubeconfig that stays a secret', async () => {
  const all = await declared(byPulumi);
  expect(find(all, 'Cluster::').secretOutputs).toEqual(['kubeconfig']);
  const provider = find(all, 'kubernetes::');
  // The SDK of the provider sends what is not a text as one.
  expect(provider.inputs).toMatchObject({ clusterIdentifier: 'c1', deleteUnreachable: 'true' });
  expect(provider.inputs.kubeconfig.value).toBe(KUBECONFIG);
  expect(provider.secretInputs).toEqual(['kubeconfig']);
});

test('pods go to the nodes of the cluster that play those of the lab, and nobody waits for them but the workload', async () => {
  const all = await declared(byPulumi);
  const objects = all.filter(({ resource }) => /^(Deployment|Pod)::/.test(resource));
  const shown = objects.map(({ resource, inputs: { metadata, spec } }) => {
    const { nodeSelector, containers } = (spec.template ?? { spec }).spec;
    const [{ image, ports }] = containers;
    const { replicas } = spec;
    const { namespace, annotations } = metadata;
    return { resource, namespace, annotations, replicas, nodeSelector, image, ports: ports.length };
  });
  expect(shown).toMatchInlineSnapshot(`
    [
      {
        "annotations": {
          "pulumi.com/patchForce": "true",
          "pulumi.com/skipAwait": "true",
        },
        "image": "image:1",
        "namespace": "cnilab-c1",
        "nodeSelector": {
          "kubernetes.io/hostname": "real-minikube",
        },
        "ports": 1,
        "replicas": 1,
        "resource": "Deployment::twice-deployment-web-minikube-3040c9",
      },
      {
        "annotations": {
          "pulumi.com/patchForce": "true",
          "pulumi.com/skipAwait": "true",
        },
        "image": "image:1",
        "namespace": "cnilab-c1",
        "nodeSelector": {
          "kubernetes.io/hostname": "real-minikube-m02",
        },
        "ports": 1,
        "replicas": 1,
        "resource": "Deployment::twice-deployment-web-minikube-m02-64287c",
      },
      {
        "annotations": {
          "example.com/note": "of the lab",
          "pulumi.com/patchForce": "true",
          "pulumi.com/skipAwait": "true",
        },
        "image": "image:1",
        "namespace": "cnilab-c1",
        "nodeSelector": {
          "kubernetes.io/hostname": "real-minikube-m02",
        },
        "ports": 1,
        "replicas": undefined,
        "resource": "Pod::twice-pod-bare",
      },
    ]
  `);
  expect(find(all, 'Namespace::').inputs.metadata.name).toBe('cnilab-c1');
});

test('at preview, when there is no cluster yet, the same objects are shown', async () => {
  const names = (all: readonly Declared[]) => all.map(({ resource }) => resource);
  expect(names(await declared(byPulumi, true))).toEqual(names(await declared(byPulumi)));
});

test('pods that our own resource makes: the same order, and no objects', async () => {
  const all = await declared({ kubernetes: true });
  expect(all.filter((resource) => !isOurs(resource))).toEqual([]);
  const workload = find(all, 'Workload::twice-bare');
  expect(workload.dependsOn).toEqual([
    'Cluster::twice-cluster',
    'Network::twice-network',
    'Workload::twice-web',
  ]);
});

test("where there is no Kubernetes, workloads come as the engine likes, and the cluster is told of no pods' range", async () => {
  const all = await declared({});
  expect(all.filter((resource) => !isOurs(resource))).toEqual([]);
  for (const name of ['web', 'bare'])
    expect(find(all, `Workload::twice-${name}`).dependsOn).toEqual([
      'Cluster::twice-cluster',
      'Network::twice-network',
    ]);
  expect(find(all, 'Cluster::').inputs).not.toHaveProperty('network');
  expect(find(await declared(byPulumi), 'Cluster::').inputs.network).toMatchObject({
    type: 'kindnet',
    podCIDR: kindnet.network.podCIDR,
  });
});

/** What the program declares of lab `kindnet` under this config. */
const ofProgram = (config: Readonly<Record<string, string>>) => {
  vi.stubEnv('PULUMI_BACKEND_URL', 'file://~');
  pulumi.runtime.setAllConfig({ 'cnilab:lab': path.join(LABS, 'kindnet/lab.yaml'), ...config });
  return declaredBy(program, outputsOf);
};

test.each([
  ['Pulumi makes the objects unless told otherwise', { 'cnilab:backend': 'existing' }, true],
  [
    'as much when other settings are told',
    { 'cnilab:backend': 'kind', 'cnilab:kind': '{"podImage":"mine:1"}' },
    true,
  ],
  ['objects=cnilab', { 'cnilab:backend': 'kind', 'cnilab:kind': '{"objects":"cnilab"}' }, false],
  ['a backend that is not Kubernetes', { 'cnilab:backend': 'netns' }, false],
])('the program: %s', async (_, config: Record<string, string>, objects) => {
  const all = await ofProgram(config);
  expect(all.some((resource) => !isOurs(resource))).toBe(objects);
  expect(all.some(({ resource }) => resource.startsWith('Deployment::'))).toBe(objects);
  expect('network' in find(all, 'Cluster::').inputs).toBe(config['cnilab:backend'] !== 'netns');
  if (config['cnilab:kind']?.includes('mine:1'))
    for (const { resource, inputs } of all.filter(({ inputs }) => inputs?.spec))
      expect([resource, JSON.stringify(inputs)]).toEqual([
        resource,
        expect.stringContaining('"image":"mine:1"'),
      ]);
});
