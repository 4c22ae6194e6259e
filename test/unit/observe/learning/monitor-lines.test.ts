// What the monitors of iproute2 print, recorded, and what is made of it.
import { expect, test } from 'vitest';
import { MonitorReader } from '../../../../infra/observe/learning/monitor-lines.ts';

function read(text: string) {
  const reader = new MonitorReader('n');
  for (const line of text.split('\n')) reader.read(line);
  return reader;
}

test('forwarding entries: learned, aged, moved by hand, of a VXLAN device', () => {
  const { events, unread } = read(`Timestamp: Fri Nov 27 16:25:01 2026 613755 usec
02:00:00:00:00:01 dev veth1 master cni0 
Timestamp: Fri Nov 27 16:25:07 2026 64999 usec
Deleted 02:00:00:00:00:02 dev veth2 master cni0 stale
Timestamp: Sun Nov  1 00:00:00 2026 0 usec
02:00:00:00:00:02 dev veth3 vlan 5 master cni0 sticky static
Timestamp: Sun Nov  1 00:00:00 2026 1 usec
02:00:00:00:00:77 dev vx dst 10.1.1.7 self permanent
`);
  const told = { host: 'n', table: 'fdb' };
  expect({ events, unread }).toEqual({
    unread: [],
    events: [
      {
        ...{ ...told, ns: 1_795_796_701_613_755_000n, deleted: false, stale: false },
        row: { mac: '02:00:00:00:00:01', dev: 'veth1', master: 'cni0', flags: [] },
      },
      {
        ...{ ...told, ns: 1_795_796_707_064_999_000n, deleted: true, stale: true },
        row: { mac: '02:00:00:00:00:02', dev: 'veth2', master: 'cni0', flags: [] },
      },
      {
        ...{ ...told, ns: 1_793_491_200_000_000_000n, deleted: false, stale: false },
        row: { mac: '02:00:00:00:00:02', dev: 'veth3', vlan: 5, master: 'cni0', flags: ['static', 'sticky'] },
      },
      {
        ...{ ...told, ns: 1_793_491_200_000_001_000n, deleted: false, stale: false },
        row: { mac: '02:00:00:00:00:77', dev: 'vx', dst: '10.1.1.7', flags: ['permanent', 'self'] },
      },
    ],
  });
});

test('neighbours: learned, failed, deleted, a router', () => {
  const { events } = read(`Timestamp: Fri Nov 27 16:25:01 2026 613615 usec
10.42.0.11 dev eth0 lladdr 02:00:00:00:00:01 STALE 
Timestamp: Fri Nov 27 16:25:05 2026 200967 usec
10.42.0.99 dev eth0 FAILED 
Timestamp: Fri Nov 27 16:25:09 2026 457020 usec
Deleted 10.42.0.99 dev eth0 FAILED 
Timestamp: Fri Nov 27 16:27:03 2026 796065 usec
fe80::5 dev v1 lladdr 02:00:00:00:00:05 router PERMANENT 
`);
  expect(events.map(({ deleted, row }) => [deleted, row])).toEqual([
    [false, { dst: '10.42.0.11', dev: 'eth0', mac: '02:00:00:00:00:01', state: 'STALE' }],
    [false, { dst: '10.42.0.99', dev: 'eth0', state: 'FAILED' }],
    [true, { dst: '10.42.0.99', dev: 'eth0', state: 'FAILED' }],
    [false, { dst: 'fe80::5', dev: 'v1', mac: '02:00:00:00:00:05', state: 'PERMANENT' }],
  ]);
});

test('what is no event is kept, for the message when the program fails', () => {
  const { events, unread } = read(`Option "-tshort" is unknown, try "bridge help".
netlink receive error No buffer space available (105)
Timestamp: Fri Nov 27 16:25:05 2026 200967 usec
dev veth1 lladdr 02:00:00:00:00:01 REACHABLE 
`);
  expect(events).toEqual([]);
  expect(unread).toEqual([
    'Option "-tshort" is unknown, try "bridge help".',
    'netlink receive error No buffer space available (105)',
    'dev veth1 lladdr 02:00:00:00:00:01 REACHABLE',
  ]);
});
