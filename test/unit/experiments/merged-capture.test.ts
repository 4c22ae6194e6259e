// The capture file of two clocks: packets in the order of their way, and what was done to stamps said where they are.
import { expect, test } from 'vitest';
import { mergedCapture } from '../../../infra/experiments/merged-capture.ts';
import type { Lab } from '../../../infra/lab/lab.ts';
import { alignTap } from '../../../infra/observe/align-tap.ts';
import { correlate, decodeTap } from '../../../infra/observe/paths.ts';
import { writePcapng } from '../../../infra/observe/write-pcapng.ts';
import { bytes } from '../observe/fixtures.ts';

const lab = { workloads: [] } as unknown as Lab;
const places = [
  { host: 'n1', dev: 'eth0' },
  { host: 'n2', dev: 'eth0' },
];
const near = decodeTap({ name: 'eth0-1', pcap: bytes('flannel-eth0-1.pcap') });
const far = decodeTap({ name: 'eth0-2', pcap: bytes('flannel-eth0-2.pcap') });
const ahead = 90_000_000_000n;
const early = {
  ...far,
  packets: far.packets.map((packet) => ({ ...packet, ns: packet.ns + ahead })),
  raw: far.raw.map((packet) => ({ ...packet, ns: packet.ns + ahead })),
};
const clock = { id: 'far', aheadNs: ahead, uncertainNs: 1_500_000n };
const merged = (taps: Parameters<typeof correlate>[0] & (typeof near)[]) =>
  mergedCapture(lab, places, taps, correlate(taps));

test('stamps of another clock are moved, and the interface says by how much', () => {
  const [one, other] = merged([near, alignTap(early, clock)]);
  expect(one?.description).toBe('n1/host eth0');
  expect(other?.description).toBe(
    'n2/host eth0, another clock: -90.000000000 s was added to its stamps, give or take 0.001500000 s',
  );
  const [plainOne, plainOther] = merged([near, far]);
  for (const [tap, plain] of [
    [one, plainOne],
    [other, plainOther],
  ] as const) {
    const untimed = plain?.packets.map(({ comment, ...packet }) => {
      const words = comment?.replace(/[\d.]+ µs (after \S+)/, '$1 by another clock');
      return { ...packet, ...(words !== undefined && { comment: words }) };
    });
    expect(tap?.packets).toEqual(untimed);
  }
});

test('one clock leaves taps, and the file, as they are', () => {
  expect(alignTap(far, undefined)).toBe(far);
  const file = writePcapng(merged([near, alignTap(far, undefined)]));
  expect(file.equals(writePcapng(merged([near, far])))).toBe(true);
  expect(file.includes('clock')).toBe(false);
});
