// Two pings at once with one ICMP id: each packet belongs to the series whose cookie it carries.
import { describe, expect, test } from 'vitest';
import { assemble } from '../../../infra/journey/assemble.ts';
import { noiseRows } from '../../../infra/journey/noise.ts';
import { ownPackets } from '../../../infra/journey/own-packets.ts';
import { decodePacket } from '../../../infra/observe/packets/decode.ts';
import { correlate } from '../../../infra/observe/paths.ts';
import type { RawPacket } from '../../../infra/observe/pcap.ts';
import { predictSeries } from '../../../infra/predict/exchange.ts';
import { predictable } from '../predict/recorded.ts';

const OURS = 'a1b2c3d4e5f60718';
const THEIRS = '0011223344556677';

/** An echo request from 10.244.1.2 to 10.244.1.3 with id 7 and seq 1, as ping sends it. */
function echo(ns: bigint, cookie: string, stamp: number): RawPacket {
  const payload = Buffer.alloc(56);
  for (let at = 0; at < 56; at += 8) payload.write(cookie, at, 'hex');
  payload.writeBigUInt64LE(1_800_000_000n, 0);
  payload.writeBigUInt64LE(BigInt(stamp), 8);
  const ip = Buffer.from('4500005400014000400100000af401020af40103', 'hex');
  const icmp = Buffer.from('0800000000070001', 'hex');
  const eth = Buffer.from('02000000000202000000000108 00'.replace(' ', ''), 'hex');
  const data = Buffer.concat([eth, ip, icmp, payload]);
  return { ns, data, length: data.length };
}

const raw = [echo(1000n, OURS, 11), echo(2000n, THEIRS, 22)];
const tap = { name: 'pod-2/eth0', packets: raw.map(decodePacket), raw };
const places = new Map([[tap.name, { host: 'pod-2', dev: 'eth0' }]]);
const predicted = predictSeries(predictable('kindnet'), { from: 'pod-2', to: '10.244.1.3' }, 1);
const seenBy = (cookie: string, size = 56) => {
  const isOwn = ownPackets([tap], size, cookie);
  const found = assemble({
    predicted,
    paths: correlate([tap]),
    places,
    ofSeries: ({ sightings }) => sightings.some(({ packet }) => isOwn(packet)),
  });
  const request = found.packets.find(({ packet }) => packet === 'echo-request');
  const stamps = request?.hops.flatMap(({ ns }) => (ns === undefined ? [] : [ns]));
  return { stamps, others: noiseRows(found.others, places, () => false) };
};

describe('equal ICMP ids', () => {
  test('each series finds its own request, and the other one is counted beside it', () => {
    expect(seenBy(OURS).stamps).toEqual([1000n]);
    expect(seenBy(THEIRS).stamps).toEqual([2000n]);
    expect(seenBy(OURS).others).toEqual([{ packet: 'echo-request', packets: 1, at: ['pod-2/eth0'] }]);
  });

  test('without room for a cookie both are taken for its own', () => {
    expect(seenBy(OURS, 23).stamps).toEqual([1000n, 2000n]);
  });
});
