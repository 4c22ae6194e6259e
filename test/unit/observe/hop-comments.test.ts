// What the merged capture says about each packet.
import { expect, test } from 'vitest';
import { hopComments } from '../../../infra/observe/hop-comments.ts';
import { correlate, decodeTap } from '../../../infra/observe/paths.ts';
import { bytes } from './fixtures.ts';

test('every packet of a path says which it is, where on its way, and how long after the tap before', () => {
  const taps = ['pod-a', 'veth-a', 'eth0-1', 'pod-d'].map((name) =>
    decodeTap({ name, pcap: bytes(`flannel-${name}.pcap`) }),
  );
  const paths = correlate(taps);
  const request = paths.find(({ packet, dst, seq }) => {
    return packet === 'echo-request' && dst === '10.42.1.2' && seq === 2;
  });
  const comments = hopComments(paths);
  expect(request?.sightings.map(({ packet }) => comments.get(packet))).toMatchInlineSnapshot(`
    [
      "echo-request 10.42.0.2 10.42.1.2 id 133 seq 2: sighting 1 of 4",
      "echo-request 10.42.0.2 10.42.1.2 id 133 seq 2: sighting 2 of 4, 11.712 µs after pod-a",
      "echo-request 10.42.0.2 10.42.1.2 id 133 seq 2: sighting 3 of 4, 49.642 µs after veth-a",
      "echo-request 10.42.0.2 10.42.1.2 id 133 seq 2: sighting 4 of 4, 63.338 µs after eth0-1",
    ]
  `);
});

test('sightings that were only counted are part of how many there are', () => {
  const packet = { ns: 0n, length: 98 };
  const path = { packet: 'udp', identity: 'udp 1', src: '', dst: '', at: {}, uncounted: 4 };
  const comments = hopComments([{ ...path, sightings: [{ tap: 'a', packet, frame: {} }] }]);
  expect(comments.get(packet)).toBe('udp 1: sighting 1 of 5');
});
