// The flags of `bridge fdb`, in words: what bridge(8) and the kernel mean by them.
import { describe, expect, test } from 'vitest';
import { readFdb } from '../../../infra/observe/parse-fdb.ts';
import { recorded } from './fixtures.ts';

const { fdb, interfaces } = recorded('flannel-node-1', 'node');
const shown = (keep: (row: (typeof fdb)[number]) => boolean) =>
  fdb
    .filter(keep)
    .map((row) =>
      row.meaning
        .replaceAll(/veth\w{8}|bwp\w{12}/g, 'VETH')
        .replaceAll(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g, 'MAC'),
    );

describe('the FDB of a node with cni0', () => {
  test('an entry without flags was learned, on the port where the pod is', () => {
    const learned = fdb.filter((row) => row.learned);
    expect(learned).toHaveLength(2);
    expect(learned.every((row) => row.flags.length === 0 && row.master === 'cni0')).toBe(true);
    expect(new Set(shown((row) => row.learned))).toEqual(
      new Set(['learned: the last frame from MAC came in at VETH, so cni0 sends frames for it there only']),
    );
  });

  test('permanent in the bridge: the MACs of the ports and of the bridge itself', () => {
    const own = fdb.filter((row) => row.master === 'cni0' && row.flags.includes('permanent'));
    expect(own.map((row) => row.mac).toSorted()).toEqual(
      interfaces
        .filter((i) => i.master === 'cni0' || i.name === 'cni0')
        .map((i) => i.mac)
        .toSorted(),
    );
    expect(own.find((row) => row.dev === 'cni0')?.meaning).toContain(
      'the bridge keeps such frames for itself',
    );
  });

  test('self says which table the entry is in, not whose MAC it is: none is the bridge’s', () => {
    const self = fdb.filter((row) => row.flags.includes('self'));
    const macs = interfaces.map((i) => i.mac);
    expect(self.filter((row) => macs.includes(row.mac))).toEqual([]);
    expect(self.every((row) => row.master === undefined)).toBe(true);
    expect(new Set(shown((row) => row.flags.includes('self') && row.dev === 'cni0'))).toEqual(
      new Set([
        "cni0 itself listens to an IPv6 multicast group (MAC); an entry of the device's own list, not of a bridge",
        "cni0 itself listens to an IPv4 multicast group (MAC); an entry of the device's own list, not of a bridge",
        "cni0 itself listens to an IPv6 solicited-node group (MAC); an entry of the device's own list, not of a bridge",
      ]),
    );
  });
});

test('entries of kinds the recorded node has not', () => {
  const context = { macs: new Map<string, string>(), kinds: new Map([['flannel.1', 'vxlan']]) };
  const read = (entry: object) => readFdb(JSON.stringify([entry]), 'bridge', context)[0];
  expect(
    read({ mac: '0e:00:00:00:00:02', ifname: 'flannel.1', dst: '192.0.2.1', flags: ['self'] }),
  ).toMatchObject({
    learned: true,
    meaning:
      'frames for 0e:00:00:00:00:02 are sent in VXLAN to the VTEP 192.0.2.1; learned from the VXLAN packets of that node',
  });
  expect(read({ mac: '02:00:00:00:00:01', ifname: 'v', master: 'cni0', state: 'static' })).toMatchObject({
    learned: false,
    flags: ['static'],
  });
  expect(
    read({ mac: '02:00:00:00:00:01', ifname: 'v', master: 'cni0', flags: ['extern_learn'] })?.learned,
  ).toBe(false);
  // An old iproute2 prints neither state nor flags; "stale" only says how long ago it was used.
  expect(read({ mac: '02:00:00:00:00:01', ifname: 'v', master: 'cni0' })).toMatchObject({
    learned: true,
    flags: [],
  });
  expect(read({ mac: '02:00:00:00:00:01', ifname: 'v', master: 'cni0', state: 'stale' })).toMatchObject({
    learned: true,
    flags: [],
  });
});
