// Ports that CNI was asked for, from the result cache of a runtime: ours, and containerd's as libcni writes it.
import { expect, test } from 'vitest';
import { formatCacheEntry } from '../../../infra/cni/cache-entry.ts';
import { portMappingRows } from '../../../infra/observe/parse-cni-cache.ts';
import { attachmentOf, kindnet } from '../cni/fixtures.ts';

const rowsOf = (text: string, path = '/var/lib/cni/results/cbr0-c1-eth0') =>
  portMappingRows(new Map([[path, text]]));
const entry = (portMappings: unknown) =>
  JSON.stringify({ kind: 'cniCacheV1', containerId: 'c1', ifName: 'eth0', capabilityArgs: { portMappings } });

test('an entry of our own runtime', () => {
  const portMappings = [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }];
  const attachment = attachmentOf('', { capabilityArgs: { portMappings } });
  const text = `${formatCacheEntry({ list: kindnet('1.0.0'), attachment })}\n`;
  expect(rowsOf(text)).toEqual([{ containerId: attachment.containerId, ...portMappings[0] }]);
});

test('as other runtimes write it: protocols in capitals, an address, ports that nobody asked for', () => {
  const ports = { hostPort: 53, containerPort: 5353 };
  expect(
    rowsOf(
      entry([
        { ...ports, protocol: 'UDP', hostIP: '192.0.2.1' },
        { ...ports, hostIP: '0.0.0.0' },
        { ...ports, hostPort: 0 },
        { ...ports, protocol: 'SCTP' },
      ]),
    ),
  ).toEqual([
    { containerId: 'c1', ...ports, protocol: 'udp', hostIP: '192.0.2.1' },
    { containerId: 'c1', ...ports, protocol: 'tcp' },
  ]);
});

test('as containerd 1.6 writes it: names of keys in capitals', () => {
  const written = { HostPort: 8080, ContainerPort: 80, Protocol: 'tcp', HostIP: '' };
  expect(rowsOf(entry([written]))).toEqual([
    { containerId: 'c1', hostPort: 8080, containerPort: 80, protocol: 'tcp' },
  ]);
});

test.each(['', '{', 'null', '{"containerId":"c1"}', entry('80'), entry([{ hostPort: 'x' }])])(
  'what is no such entry has no ports: %s',
  (text) => expect(rowsOf(text)).toEqual([]),
);

test('nor has a file of another directory', () => {
  expect(rowsOf(entry([{ hostPort: 1, containerPort: 1 }]), '/etc/cni/net.d/10-x.conflist')).toEqual([]);
});
