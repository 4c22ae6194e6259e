// ARP that others have made needless: what packets prove is left out and told, what they do not prove stays a difference.
import { describe, expect, test } from 'vitest';
import { assemble } from '../../../infra/journey/assemble.ts';
import type { ComparedHop } from '../../../infra/journey/compare.ts';
import { agreement } from '../../../infra/journey/journeys.ts';
import { isNeedless } from '../../../infra/journey/needless.ts';
import { noiseRows } from '../../../infra/journey/noise.ts';
import type { Packet } from '../../../infra/observe/packets/packet.ts';
import { correlate } from '../../../infra/observe/paths.ts';
import { predictSeries, type SeriesExchange } from '../../../infra/predict/exchange.ts';
import { packetsOf, type TappedPacket, tapsOf } from '../../support/predicted-packets.ts';
import { forwarding, predictable } from '../predict/recorded.ts';

const UPLINK = 'node-1/eth0';
const FAR = '192.168.49.3';
/** The node's kernel was read before it knew the other node. */
const lab = forwarding(predictable('flannel'), 'node-1', ({ neighbours = [] }) => ({
  neighbours: neighbours.filter(({ dst }) => dst !== FAR),
}));
const [exchange] = predictSeries(lab, { from: 'pod-a', to: '10.42.1.2' }, 1) as [SeriesExchange];
const asks = ({ tap, packet }: TappedPacket) =>
  (packet.arp?.targetIp === FAR || packet.arp?.senderIp === FAR) && tap !== '';

/** All that was foretold, and it happened. */
const foretold = [
  ...exchange.solicitations.flatMap(({ branches }) => packetsOf(branches, 'echo-request', 1)),
  ...packetsOf(exchange.request.branches, 'echo-request', 1, 2_000_000n),
  ...packetsOf(exchange.reply?.branches ?? [], 'echo-reply', 1, 3_000_000n),
];
const unasked = foretold.filter((one) => !asks(one));

/** A segment of a kubelet's to the API server. */
const segment = (tap: string, dst = '02:00:00:00:00:09'): TappedPacket => {
  const ip = { src: '192.168.49.2', dst: FAR, ttl: 64, protocol: 6, id: 9, tos: 0, headerLength: 20 };
  const packet: Packet = {
    ...{ ns: 2_500_000n, length: 66, eth: { src: '02:00:00:00:00:08', dst, type: 0x0800 } },
    ipv4: { ...ip, totalLength: 52, dontFragment: true, moreFragments: false, fragmentOffset: 0 },
    tcp: { srcPort: 6443, dstPort: 50_000, seq: 1, ack: 1, flags: 'ACK', window: 1, length: 0 },
  };
  return { tap, host: tap.split('/')[0] ?? '', packet };
};

function seen(packets: readonly TappedPacket[]) {
  const places = new Map(
    foretold.map(({ tap, host }) => [tap, { host, dev: tap.slice(host.length + 1) }] as const),
  );
  const isOwn = ({ icmp, vxlan }: Packet) => (icmp ?? vxlan?.inner.icmp) !== undefined;
  const paths = correlate(tapsOf(packets));
  const found = assemble({
    predicted: [exchange],
    paths,
    places,
    ofSeries: ({ sightings }) => sightings.some(({ packet }) => isOwn(packet)),
  });
  return {
    packets: found.packets.map((packet) => [packet.packet, agreement(packet)]),
    noise: noiseRows(found.others, places, () => false, found.needless),
  };
}

const ASKED = [
  ['arp-request', true],
  ['arp-reply', true],
];
const ECHOES = [
  ['echo-request', true],
  ['echo-reply', true],
];
const MISSED = [
  ['arp-request', false],
  ['arp-reply', false],
];

describe('a question for the other node that was foretold', () => {
  test('and asked is as predicted', () => {
    expect(exchange.solicitations.map(({ address }) => address)).toEqual([FAR]);
    const { packets, noise } = seen(foretold);
    expect(packets).toEqual([...ASKED, ...ECHOES]);
    expect(noise).toEqual([]);
  });

  test('and not asked is left out where others use the interface, and told', () => {
    const { packets, noise } = seen([...unasked, segment(UPLINK)]);
    expect(packets).toEqual([...ECHOES]);
    expect(noise).toEqual([
      {
        packet: 'arp-request',
        why: `foretold for ${FAR}, and needless: others who use ${UPLINK} had asked before`,
        packets: 0,
        at: [UPLINK],
      },
      { packet: 'tcp', packets: 1, at: [UPLINK] },
    ]);
  });

  test('and not asked is a difference where nobody else uses that interface', () => {
    const alone = [...MISSED, ...ECHOES];
    for (const more of [[], [segment('node-1/cni0')], [segment(UPLINK, '01:00:5e:00:00:fb')]]) {
      const { packets, noise } = seen([...unasked, ...more]);
      expect(packets.slice(-4)).toEqual(alone);
      expect(noise.filter(({ packets }) => packets === 0)).toEqual([]);
    }
  });

  test('and not asked is a difference where the echo did not go out there, or to another MAC', () => {
    const lost = unasked.filter(({ tap }) => tap !== UPLINK);
    expect(seen([...lost, segment(UPLINK)]).packets).toEqual([
      ...MISSED,
      ['echo-request', false],
      ['echo-reply', false],
    ]);
    const astray = unasked.map((one) =>
      one.tap === UPLINK && one.packet.icmp === undefined && one.packet.eth
        ? { ...one, packet: { ...one.packet, eth: { ...one.packet.eth, dst: '02:00:00:00:00:77' } } }
        : one,
    );
    expect(seen([...astray, segment(UPLINK)]).packets.slice(0, 2)).toEqual([...MISSED]);
  });

  test('and asked without an answer is a difference', () => {
    const unanswered = foretold.filter((one) => !asks(one) || one.packet.arp?.op === 'request');
    const { packets } = seen([...unanswered, segment(UPLINK)]);
    expect(packets).toEqual([['arp-request', true], ['arp-reply', false], ...ECHOES]);
  });
});

test('an echo that went out there to another neighbour proves nothing of this one', () => {
  const [host, dev] = ['router', 'eth0'];
  const headers = {
    srcMac: '02:00:00:00:00:01',
    dstMac: '02:00:00:00:00:02',
    src: '10.0.0.1',
    dst: '10.0.0.2',
  };
  const plain = { host, dev, differences: [], depth: 0, rewrites: [], why: [], rules: [] };
  const packet = (name: string, hop: ComparedHop) => ({ packet: name, seq: 1, known: true, hops: [hop] });
  const echo = packet('echo-request', {
    ...{ ...plain, status: 'as-predicted', direction: 'out', predicted: headers, seen: headers },
  });
  const needless = (mac: string) => {
    const missing = { ...plain, status: 'missing', predicted: { ...headers, srcMac: mac } } as const;
    const answer = packet('neighbour-advertisement', missing);
    const asked = { solicitation: { host, dev, address: 'fd00::2' }, answer };
    return isNeedless(asked, [echo], new Set(['router/eth0']));
  };
  expect(needless('02:00:00:00:00:02')).toBe(true);
  expect(needless('02:00:00:00:00:03')).toBe(false);
});
