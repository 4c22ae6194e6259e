// What makes pods be wired anew, and what makes an experiment run again.
import { expect, test } from 'vitest';
import { networkRevision } from '../../../infra/components/network-revision.ts';
import { observedWorkloads } from '../../../infra/components/observed-workloads.ts';
import type { Lab, LabExperiment, LabNetwork, LabPod } from '../../../infra/lab/lab.ts';

const network: LabNetwork = {
  type: 'flannel',
  podCIDR: '10.42.0.0/16',
  mtu: 1450,
  vni: 1,
  port: 8472,
  routes: true,
  configs: { '10-a.conflist': '{}', '20-b.conf.disabled': 'x' },
};

test.each([
  ['the MTU', { mtu: 1400 }],
  ['the type', { type: 'kindnet' as const }],
  ['the podCIDR, which is a route in every pod', { podCIDR: '10.43.0.0/16' }],
  ['a conflist', { configs: { ...network.configs, '10-a.conflist': '{"a":1}' } }],
  ['another conflist', { configs: { ...network.configs, '05-c.conf': '{}' } }],
])('pods are wired anew for %s', (_, change) => {
  expect(networkRevision({ ...network, ...change })).not.toBe(networkRevision(network));
});

test.each([
  ['the VNI', { vni: 7 }],
  ['the port', { port: 4789 }],
  ['routes between nodes', { routes: false }],
  ['a file that is switched off', { configs: { ...network.configs, '20-b.conf.disabled': 'y' } }],
  ['the order of files', { configs: Object.fromEntries(Object.entries(network.configs).reverse()) }],
])('pods stay as they are for %s', (_, change) => {
  expect(networkRevision({ ...network, ...change })).toBe(networkRevision(network));
});

const pod = (name: string, address: string): LabPod => ({
  name,
  node: 'node-1',
  address,
  annotations: {},
  ports: [],
  containers: [],
});
const lab: Lab = {
  name: 'trial',
  title: '',
  underlay: { cidr: '192.168.49.0/24', gateway: '192.168.49.1' },
  nodes: [{ name: 'node-1', role: 'worker', address: '192.168.49.2', podCIDR: '10.42.0.0/24' }],
  network,
  workloads: [
    { name: 'web', kind: 'deployment', pods: [pod('web-1', '10.42.0.2'), pod('web-2', '10.42.0.3')] },
    { name: 'db', kind: 'pod', pods: [pod('db', '10.42.0.4')] },
  ],
  experiments: [],
};
const runs = (command: string[], where = 'web-1') =>
  ({
    kind: 'exec',
    name: 'it',
    onFailure: 'fail',
    steps: [{ in: where, command, json: false, timeout: 1, expect: {} }],
    cleanup: [],
  }) as LabExperiment;
const looks = (table: 'routes' | 'pods', at?: string) =>
  ({
    kind: 'inspect',
    name: 'it',
    onFailure: 'fail',
    checks: [{ name: 'c', table, expect: 1, ...(at && { at }) }],
  }) as LabExperiment;

test.each([
  ['a pod it runs in', runs(['true']), ['web']],
  ['a container of a pod', runs(['true'], 'db/main'), ['db']],
  ['a pod in a template', runs(['ping', `\${${'db'}.address}`]), ['web', 'db']],
  ['a pod by its address', runs(['ping', '10.42.0.4']), ['web', 'db']],
  ['a node, which sees every pod', runs(['true'], 'node-1'), ['web', 'db']],
  ['a node by its address', runs(['ping', '192.168.49.2']), ['web', 'db']],
  ["one pod's table", looks('routes', 'db'), ['db']],
  ["a node's table", looks('routes', 'node-1'), ['web', 'db']],
  ['a table of the whole lab', looks('pods'), ['web', 'db']],
  ['nothing it names', runs(['true'], 'elsewhere'), ['web', 'db']],
])('an experiment depends on %s', (_, experiment, workloads) => {
  expect(observedWorkloads(lab, experiment)).toEqual(workloads);
});
