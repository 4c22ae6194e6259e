// Inputs that cannot be are refused before anything happens, by the path of the property.
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  clusterInputs,
  experimentInputs,
  network,
  networkInputs,
  node,
  pod,
  SECRET,
  UNKNOWN,
  urn,
  workloadInputs,
} from '../support/provider-fixtures.ts';
import { type Data, failure, type ProviderProcess, startProvider } from '../support/provider-process.ts';

const HANDLE = { backend: 'stand-in', id: 'c1', facts: { pid: 1 } };

let provider: ProviderProcess;
beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.stop());

const { address: _, ...nothing } = pod(1, { containers: [] });

const bad: readonly (readonly [string, string, Data, readonly string[]])[] = [
  [
    'an unknown backend, naming those there are',
    'Cluster',
    clusterInputs({ backend: 'kindd' }),
    ['backend: there is no backend "kindd"; there is: netns, kind, minikube, k3s, existing, stand-in'],
  ],
  [
    'an isolation there is not',
    'Cluster',
    clusterInputs({ isolation: 'none' }),
    ['isolation: Invalid option: expected one of "auto"|"rootless"|"root"'],
  ],
  [
    'a node with an address that is none, and two nodes of one name',
    'Cluster',
    clusterInputs({ nodes: [node(1), node(1, { address: '192.168.49.300' })] }),
    ['nodes[1].address: Invalid IPv4 address', 'nodes[1].name: there are two "node-1"'],
  ],
  [
    'a pod to be made that has no address and nothing to run',
    'Workload',
    workloadInputs(HANDLE, { pods: [nothing] }),
    ['pods[0].address: is missing', 'pods[0].containers: must have at least one'],
  ],
  ['a property there is not', 'Cluster', clusterInputs({ nodez: 3 }), ['nodez: there is no such property']],
  [
    'settings of a backend that has none, by where they can be from',
    'Cluster',
    clusterInputs({ backend: 'netns', settings: { image: 'x' } }),
    [
      'settings.image: backend netns has no setting "image"; it has none at all: take it out\n(it is from cnilab:netns.image in the stack\'s config, or CNILAB_NETNS_IMAGE in the environment)',
    ],
  ],
  [
    'a misspelt setting of a backend, and not the one that is right',
    'Cluster',
    clusterInputs({ settings: { hostsize: '3', answer: 'hi' } }),
    [
      'settings.hostsize: backend stand-in has no setting "hostsize"; did you mean "hostSize"?\n(it is from cnilab:stand-in.hostsize in the stack\'s config, or CNILAB_STAND_IN_HOSTSIZE in the environment)',
    ],
  ],
  [
    'a setting that is no text',
    'Cluster',
    clusterInputs({ settings: { answer: 3 } }),
    ['settings.answer: Invalid input: expected string, received number'],
  ],
  [
    'an MTU no frame can have',
    'Network',
    networkInputs(HANDLE, { network: network({ mtu: 12 }) }),
    ['network.mtu: Too small: expected number to be >=576'],
  ],
  [
    'a container without a command, in its place',
    'Workload',
    workloadInputs(HANDLE, { pods: [pod(1), pod(2, { containers: [{ name: 'main', command: [] }] })] }),
    ['pods[1].containers[0].command: Too small: expected array to have >=1 items'],
  ],
  [
    'an annotation that is no text',
    'Workload',
    workloadInputs(HANDLE, { pods: [pod(1, { annotations: { 'a.io/b': 3 } })] }),
    ['pods[0].annotations["a.io/b"]: Invalid input: expected string, received number'],
  ],
  [
    'a wrong value inside the text of an experiment',
    'Experiment',
    experimentInputs(HANDLE, 'hello\n', { experiment: { onFailure: 'ignore' } }),
    ['definition.onFailure: Invalid option: expected one of "fail"|"record"'],
  ],
  [
    'an experiment whose text is no JSON',
    'Experiment',
    { ...experimentInputs(HANDLE, 'hello\n'), definition: '{' },
    [expect.stringMatching(/^definition: is no JSON: /)],
  ],
];

test.each(bad)('%s', async (_, type, inputs, failures) => {
  const result = await provider.check(urn(type), inputs);
  expect(result.failures.toSorted()).toEqual([...failures].toSorted());
});

test('what is right is let through as it came', async () => {
  for (const [type, inputs] of [
    ['Cluster', clusterInputs()],
    ['Cluster', clusterInputs({ settings: { answer: 'hi' } })],
    ['Cluster', clusterInputs({ settings: {} })],
    ['Cluster', clusterInputs({ settings: { answer: SECRET('hi'), hostSize: UNKNOWN } })],
    ['Network', networkInputs(HANDLE)],
    ['Workload', workloadInputs(HANDLE)],
    ['Experiment', experimentInputs(HANDLE, 'hello\n')],
  ] as const) {
    expect(await provider.check(urn(type), inputs)).toEqual({ inputs, failures: [] });
  }
});

test('what preview does not know yet is not complained about, and stays unknown', async () => {
  const inputs = workloadInputs(UNKNOWN, { networkRevision: UNKNOWN, pods: [pod(1, { address: UNKNOWN })] });
  expect(await provider.check(urn('Workload'), inputs)).toEqual({ inputs, failures: [] });
});

test('a secret is checked like any other value, and stays secret', async () => {
  const right = workloadInputs(HANDLE, { pods: [pod(1, { annotations: SECRET({ token: 'abc' }) })] });
  expect(await provider.check(urn('Workload'), right)).toEqual({ inputs: right, failures: [] });
  const wrong = workloadInputs(HANDLE, { pods: [pod(1, { annotations: SECRET({ token: 3 }) })] });
  const { failures } = await provider.check(urn('Workload'), wrong);
  expect(failures).toEqual(['pods[0].annotations.token: Invalid input: expected string, received number']);
});

test('a resource type there is not', async () => {
  const { message } = await failure(provider.check(urn('Pod'), {}));
  expect(message).toBe('this provider has no resource type cnilab:index:Pod');
});
