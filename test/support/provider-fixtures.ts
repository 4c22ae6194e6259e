// Inputs of a small lab's resources, as the program would give them.
import type { Data } from './provider-process.ts';

export const urn = (type: string, name = 'it') =>
  `urn:pulumi:lab::cnilab::cnilab:index:Lab$cnilab:index:${type}::${name}`;

export const SECRET = (value: unknown) => ({
  '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
  value,
});
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

export const node = (index: number, more: Data = {}): Data => ({
  name: `node-${index}`,
  role: index === 1 ? 'control-plane' : 'worker',
  address: `192.168.49.${index + 1}`,
  podCIDR: `10.244.${index - 1}.0/24`,
  ...more,
});

export const clusterInputs = (more: Data = {}): Data => ({
  stack: 'lab',
  lab: 'trial',
  title: 'Trial',
  backend: 'stand-in',
  isolation: 'auto',
  underlay: { cidr: '192.168.49.0/24', gateway: '192.168.49.1' },
  nodes: [node(1), node(2)],
  origin: {
    project: 'cnilab',
    backendUrl: 'file:///state',
    checkout: '/checkout',
    labFile: '/checkout/labs/trial/lab.yaml',
  },
  ...more,
});

export const outside = (more: Data = {}): Data => ({
  cidr: '203.0.113.0/24',
  router: { name: 'router', address: '192.168.49.1', outsideAddress: '203.0.113.1' },
  host: { name: 'internet', address: '203.0.113.2' },
  ...more,
});

export const network = (more: Data = {}): Data => ({
  type: 'kindnet',
  podCIDR: '10.244.0.0/16',
  mtu: 1500,
  vni: 1,
  port: 8472,
  routes: true,
  configs: {},
  ...more,
});

export const networkInputs = (clusterHandle: unknown, more: Data = {}): Data => ({
  clusterHandle,
  nodes: [node(1), node(2)],
  network: network(),
  revision: 'r1',
  ...more,
});

export const pod = (index: number, more: Data = {}): Data => ({
  name: `web-${index}`,
  node: index === 1 ? 'node-1' : 'node-2',
  address: `10.244.${index === 1 ? 0 : 1}.${index + 1}`,
  annotations: {},
  ports: [],
  containers: [{ name: 'main', command: ['sleep', 'infinity'] }],
  ...more,
});

export const workloadInputs = (clusterHandle: unknown, more: Data = {}): Data => ({
  clusterHandle,
  name: 'web',
  kind: 'deployment',
  pods: [pod(1), pod(2)],
  networkRevision: 'r1',
  order: 0,
  ...more,
});

/** An `exec` experiment: the stand-in's hosts know `echo`. */
/** `experiment` are properties that its definition has instead. */
export const experimentInputs = (
  clusterHandle: unknown,
  expected: string,
  { experiment, ...more }: Data = {},
): Data => ({
  clusterHandle,
  definition: JSON.stringify({
    name: 'says-hello',
    kind: 'exec',
    onFailure: 'fail',
    steps: [
      { in: 'web-1', command: ['echo', 'hello'], json: false, timeout: 30, expect: { stdout: expected } },
    ],
    cleanup: [],
    ...experiment,
  }),
  observes: 'o1',
  order: 0,
  ...more,
});
