// One row too many, too few, or wrong, in recorded kernels: the diagnosis names that row and nothing else.
import { expect, test } from 'vitest';
import { diagnose } from '../../../infra/diagnose/diagnose.ts';
import type { LookupRoute, LookupRule } from '../../../infra/observe/forwarding-state.ts';
import type { LabSnapshot } from '../../../infra/observe/snapshot.ts';
import { changed, forwarding, predictable } from '../predict/recorded.ts';

const kindnet = predictable('kindnet');
const flannel = predictable('flannel');
const addressed: LabSnapshot = {
  ...kindnet,
  nodes: kindnet.nodes.map((node, i) => ({ ...node, address: `192.168.49.${i + 2}` })),
};

const route = (dst: string, more: Partial<LookupRoute>): LookupRoute => ({
  ...{ dst, scope: 'global', protocol: 'boot', table: 'main', type: 'unicast', onlink: false, flags: [] },
  ...more,
});
const rule = (more: Partial<LookupRule>): LookupRule => ({
  ...{ priority: 1000, src: '10.244.0.0/24', table: '100', not: false, action: 'lookup', others: [] },
  ...more,
});
const aside = route('default', { via: '192.168.49.1', dev: 'eth0', table: '100' });
const ruled = (more: Partial<LookupRule>) =>
  forwarding(kindnet, 'minikube', ({ rules, routes }) => ({
    rules: [rule(more), ...rules],
    routes: [...routes, aside],
  }));
const sysctl = (lab: LabSnapshot, host: string, name: string, value: string) =>
  changed(lab, host, ({ sysctls }) => ({ sysctls: [...sysctls, { name, value }] }));
/** As after `ip neigh flush all`. */
const asking = (lab: LabSnapshot, ...hosts: readonly string[]) =>
  hosts.reduce(
    (now, host) =>
      forwarding(now, host, ({ neighbours }) => ({
        neighbours: neighbours.filter(({ state }) => state === 'PERMANENT'),
      })),
    lab,
  );
const wide = asking(
  forwarding(kindnet, 'pod-1', ({ addresses, routes }) => ({
    addresses: addresses.map((row) => (row.dev === 'eth0' ? { ...row, prefix: 16 } : row)),
    routes: [...routes, route('10.244.0.0/16', { dev: 'eth0', scope: 'link', protocol: 'kernel' })],
  })),
);
const wideShown = changed(wide, 'pod-1', ({ addresses }) => ({
  addresses: addresses.map((row) =>
    row.dev === 'eth0' && row.family === 'inet' ? { ...row, prefix: 16 } : row,
  ),
}));
const pinned = (lab: LabSnapshot) =>
  changed(lab, 'node-1', ({ fdb }) => ({
    fdb: fdb.map((row) =>
      row.mac === 'ae:cd:ce:8a:bb:01' ? { ...row, dev: 'veth6c006f47', flags: ['sticky', 'static'] } : row,
    ),
  }));

test.each<[string, LabSnapshot, { host: string; table: string; subject: string }]>([
  [
    'a rule that sends pods to a table of its own',
    ruled({}),
    { host: 'minikube', table: 'rules', subject: 'rule 1000' },
  ],
  [
    'a rule that refuses',
    ruled({ action: 'unreachable', src: '10.244.0.2' }),
    { host: 'minikube', table: 'rules', subject: 'rule 1000' },
  ],
  [
    'a gateway that answers nobody, when it is asked',
    asking(sysctl(kindnet, 'minikube', 'net.ipv4.conf.all.arp_ignore', '2'), 'pod-1'),
    { host: 'minikube', table: 'sysctls', subject: 'net.ipv4.conf.all.arp_ignore' },
  ],
  [
    'an address that takes in more than its link has',
    wideShown,
    { host: 'pod-1', table: 'addresses', subject: '10.244.0.2/16' },
  ],
  [
    'the same, when only the route is left to tell',
    wide,
    { host: 'pod-1', table: 'routes', subject: 'route 10.244.0.0/16' },
  ],
  [
    'a gateway that there is not',
    forwarding(kindnet, 'pod-1', ({ routes }) => ({
      routes: routes.map((row) =>
        row.dst === 'default' ? { ...row, via: '10.244.0.9', onlink: true } : row,
      ),
    })),
    { host: 'pod-1', table: 'routes', subject: 'route default' },
  ],
  [
    'source NAT in a pod, to an address that no answer comes to',
    forwarding(kindnet, 'pod-3', ({ netfilter = [] }) => ({
      netfilter: [
        ...netfilter,
        { family: 'ip', table: 'nat', chain: 'POSTROUTING', rule: '-P POSTROUTING ACCEPT' },
        {
          family: 'ip',
          table: 'nat',
          chain: 'POSTROUTING',
          rule: '-A POSTROUTING -j SNAT --to-source 192.0.2.33',
        },
      ],
    })),
    { host: 'pod-3', table: 'netfilter', subject: 'POSTROUTING' },
  ],
  [
    "another node's address",
    changed(
      forwarding(addressed, 'minikube', ({ addresses, routes }) => ({
        addresses: [
          ...addresses,
          {
            ...{ dev: 'lo', address: '192.168.49.3', peer: '192.168.49.3' },
            prefix: 32,
            scope: 'global',
            secondary: false,
          },
        ],
        routes: [
          ...routes,
          route('192.168.49.3', {
            dev: 'lo',
            type: 'local',
            table: 'local',
            scope: 'host',
            protocol: 'kernel',
          }),
        ],
      })),
      'minikube',
      ({ addresses }) => ({
        addresses: [
          ...addresses,
          { dev: 'lo', family: 'inet', address: '192.168.49.3', prefix: 32, scope: 'global' },
        ],
      }),
    ),
    { host: 'minikube', table: 'addresses', subject: '192.168.49.3' },
  ],
  [
    'an address that table local has lost',
    forwarding(flannel, 'pod-d', ({ routes }) => ({
      routes: routes.filter(({ type, dst }) => type !== 'local' || dst !== '10.42.1.2'),
    })),
    { host: 'pod-d', table: 'routes', subject: 'route local 10.42.1.2' },
  ],
  [
    "a gateway's address that table local has lost: nobody answers for it",
    asking(
      forwarding(flannel, 'node-2', ({ routes }) => ({
        routes: routes.filter(({ type, dst }) => type !== 'local' || dst !== '10.42.1.1'),
      })),
      'pod-d',
    ),
    { host: 'node-2', table: 'routes', subject: 'route local 10.42.1.1' },
  ],
  [
    'a forwarding entry of a bridge that names another port',
    pinned(flannel),
    { host: 'node-1', table: 'fdb', subject: 'forwarding entry ae:cd:ce:8a:bb:01' },
  ],
  [
    'the same, when ARP has to be asked first and its answers are lost',
    pinned(asking(flannel, 'pod-a', 'pod-b', 'node-1')),
    { host: 'node-1', table: 'fdb', subject: 'forwarding entry ae:cd:ce:8a:bb:01' },
  ],
  [
    'a neighbour entry with a MAC that is not the one of its address',
    forwarding(flannel, 'pod-a', ({ neighbours }) => ({
      neighbours: neighbours.map((row) =>
        row.dst === '10.42.0.3' ? { ...row, mac: '02:00:00:00:00:99', state: 'PERMANENT' } : row,
      ),
    })),
    { host: 'pod-a', table: 'neighbours', subject: 'neighbour 10.42.0.3' },
  ],
])('%s', (_, lab, cause) => {
  const { findings, undecided } = diagnose(lab);
  expect(findings.map(({ host, table, subject }) => ({ host, table, subject }))).toEqual([cause]);
  expect(undecided).toEqual([]);
});

test('a pod in the network of its node has the address of the node, and that is no fault', () => {
  const [node] = addressed.nodes;
  const pod = addressed.pods[0];
  if (!node || !pod) throw new Error('the recording has neither');
  const shared: LabSnapshot = {
    ...addressed,
    hosts: { ...addressed.hosts, agent: addressed.hosts[node.name] as LabSnapshot['hosts'][string] },
  };
  expect(diagnose(shared).findings).toEqual([]);
});
