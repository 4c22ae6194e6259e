// What the user says of K3s: settings, machines, and what K3s is told of the lab's network.
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ClusterSpec } from '../../../../infra/backends/backend.ts';
import { clusterNetwork } from '../../../../infra/backends/k3s/cluster-network.ts';
import { parseK3sHosts } from '../../../../infra/backends/k3s/hosts.ts';
import { makeK3sTool } from '../../../../infra/backends/k3s/k3s-tool.ts';
import { apiUrl, withServer } from '../../../../infra/backends/k3s/kubeconfig.ts';
import { serverConfig } from '../../../../infra/backends/k3s/node-config.ts';
import { settingsProblem } from '../../../../infra/backends/k3s/settings.ts';

const node = (name: string, podCIDR: string, podCIDR6?: string) => ({
  name,
  role: name === 'a' ? ('control-plane' as const) : ('worker' as const),
  address: '192.0.2.1',
  podCIDR,
  ...(podCIDR6 && { podCIDR6 }),
});
const two = [node('a', '10.42.0.0/24'), node('b', '10.42.1.0/24')];
const flannel = { type: 'flannel', podCIDR: '10.42.0.0/16', vni: 1, port: 8472 } as const;

test.each([
  ['a lab of network flannel', { nodes: two, network: flannel }, 'vxlan', '10.42.0.0/16'],
  ['kindnet', { nodes: two, network: { ...flannel, type: 'kindnet' as const } }, 'none', '10.42.0.0/16'],
  ['another VNI than K3s has', { nodes: two, network: { ...flannel, vni: 7 } }, 'none', '10.42.0.0/16'],
  [
    'what the user says',
    { nodes: two, network: flannel, settings: { flannel: 'none' } },
    'none',
    '10.42.0.0/16',
  ],
  ['a network not known yet', { nodes: two }, 'none', '10.42.0.0/23'],
])('%s', (_, spec, backend, cidr) => {
  expect(clusterNetwork(spec)).toMatchObject({ flannel: backend, clusterCidr: cidr, controllerManager: [] });
});

test('the services’ range is not the pods’', () => {
  const pods = { ...flannel, podCIDR: '10.43.0.0/16' };
  expect(clusterNetwork({ nodes: [node('a', '10.43.0.0/24')], network: pods }).serviceCidr).toBe(
    '10.96.0.0/16',
  );
});

test('both families, and shares of another size', () => {
  const nodes = [node('a', '10.42.0.0/25', 'fd00:1::/64'), node('b', '10.42.0.128/25', 'fd00:1:0:1::/64')];
  const network = clusterNetwork({ nodes, network: { ...flannel, podCIDR6: 'fd00:1::/56' } });
  expect(network).toMatchObject({
    clusterCidr: '10.42.0.0/16,fd00:1::/56',
    serviceCidr: '10.43.0.0/16,fd00:10:43::/112',
    controllerManager: ['node-cidr-mask-size-ipv4=25'],
  });
  expect(serverConfig({ id: 'c1', node: 'a', network, address: '192.0.2.1' })).toContain(
    'kube-controller-manager-arg:\n  - node-cidr-mask-size-ipv4=25\n',
  );
});

test('a lab without nodes', () => {
  expect(() => clusterNetwork({ nodes: [] })).toThrow('a lab without nodes cannot be made on K3s');
});

test.each([
  [{ installer: 'install.sh' }, /no absolute path/],
  [{ installer: '/no/such' }, /there is no file \/no\/such/],
  [{ images: '/dev/null' }, /K3s loads no file named null/],
  [{ binary: '/dev/null' }, /k3s.installer is not/],
  [{ binary: '/dev/null', installer: '/dev/null', version: 'v1.34.4+k3s1' }, /no effect/],
  [{ version: '1.34' }, /no version of K3s: 1\.34/],
])('%j is refused', (settings, reason) => {
  expect(settingsProblem(settings)?.reason).toMatch(reason);
});

test.each([
  [{}],
  [{ version: 'v1.34.4+k3s1' }],
  [{ version: 'v1.35.0-rc1+k3s1' }],
  [{ binary: '/a/k3s', installer: '/a/install.sh', images: '/a/i.tar.zst' }],
])('%j is taken', (settings) => {
  expect(settingsProblem(settings, () => true)).toBeUndefined();
});

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPHs3TpYbGjczj8L8wDpN3NH6lDfY2G86+sdxnkiMHm4';
const host = (name: string, change: object = {}) => ({
  name,
  host: '192.0.2.1',
  agent: '/run/a',
  hostKey: KEY,
  ...change,
});
const problem = (hosts: unknown, more: object = {}) => {
  try {
    parseK3sHosts({ hosts, ...more }, two);
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};

test.each([
  [
    'no host key',
    [host('a', { hostKey: undefined }), host('b')],
    /^cnilab:k3s\.hosts\[0\]\.hostKey: is missing.*ssh_host_ed25519_key\.pub/,
  ],
  [
    'an RSA host key',
    [host('a'), host('b', { hostKey: 'ssh-rsa AAAAB3NzaC1yc2E=' })],
    /hosts\[1\]\.hostKey: is no public key of type ed25519 or ECDSA/,
  ],
  ['a private key as host key', [host('a', { hostKey: '-----BEGIN' }), host('b')], /is no public key/],
  [
    'two ways in',
    [host('a', { privateKeyFile: '/k' }), host('b')],
    /exactly one of privateKeyFile and agent/,
  ],
  ['no way in', [host('a', { agent: undefined }), host('b')], /exactly one of/],
  ['a relative path', [host('a', { agent: 'agent' }), host('b')], /agent: must be an absolute path/],
  ['an option as host', [host('a', { host: '-oProxyCommand=x' }), host('b')], /host: must be an address/],
  ['an option as user', [host('a', { user: '-x' }), host('b')], /user: must be a user name/],
  ['a node without machine', [host('a')], /node b of the lab has no machine/],
  ['a machine without node', [host('a'), host('b'), host('c')], /the lab has no node c; it has: a, b/],
  ['two for one node', [host('a'), host('a'), host('b')], /two machines are for node a/],
  ['none', [], /names no machine/],
])('%s: one message that says where', (_, hosts, message) => {
  expect(problem(hosts)).toMatch(message);
});

test('a misspelt key, and more than one control plane', () => {
  expect(problem([host('a', { hostkey: KEY }), host('b')])).toMatch(/hostkey/);
  const servers = two.map((given) => ({ ...given, role: 'control-plane' as const }));
  expect(() => parseK3sHosts({ hosts: [host('a'), host('b')] }, servers)).toThrow(
    'with one server here, and the lab has 2',
  );
});

test('machines come in the lab’s order, host keys without what is around them', () => {
  const hosts = [
    host('b', { hostKey: `192.0.2.1 ${KEY}` }),
    host('a', { hostKey: `${KEY} root@a`, port: 2222 }),
  ];
  expect(parseK3sHosts({ hosts }, two).hosts).toEqual([
    { name: 'a', host: '192.0.2.1', user: 'root', port: 2222, agent: '/run/a', hostKey: KEY },
    { name: 'b', host: '192.0.2.1', user: 'root', port: 22, agent: '/run/a', hostKey: KEY },
  ]);
  const any = host('a', { hostKey: undefined, acceptAnyHostKey: true });
  expect(parseK3sHosts({ hosts: [any, host('b')] }, two).hosts[0]).not.toHaveProperty('hostKey');
});

test('the kubeconfig leads to the server', () => {
  const text = 'apiVersion: v1\nclusters:\n- cluster:\n    server: https://127.0.0.1:6443\n  name: default\n';
  expect(parse(withServer(text, '192.0.2.1'))).toEqual(parse(text.replace('127.0.0.1', '192.0.2.1')));
  expect(() => withServer('nothing', 'x')).toThrow('is no kubeconfig');
  expect(apiUrl('2001:db8::1')).toBe('https://[2001:db8::1]:6443');
});

test('with flannel embedded in K3s there is no network left to apply', () => {
  const nodes = [
    { name: 'a', role: 'control-plane', address: '192.0.2.1', podCIDR: '10.42.0.0/24' },
  ] as const;
  const flannel = { type: 'flannel', podCIDR: '10.42.0.0/16', vni: 1, port: 8472 } as const;
  const brings = (network: NonNullable<ClusterSpec['network']>) =>
    makeK3sTool().bringsNetwork?.({
      ...{
        stack: 's',
        lab: 'l',
        isolation: 'auto',
        underlay: { cidr: '192.0.2.0/24', gateway: '192.0.2.9' },
      },
      ...{ nodes, network },
    });
  expect(brings(flannel)).toBe(true);
  expect(brings({ ...flannel, vni: 7 })).toBe(false);
  expect(brings({ ...flannel, type: 'kindnet' })).toBe(false);
});
