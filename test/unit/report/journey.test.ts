// A journey as a person reads it: one table answers which rule sent the packet where, and where it was seen otherwise.
import { describe, expect, test } from 'vitest';
import { compareHops } from '../../../infra/journey/compare.ts';
import { evidenceOf } from '../../../infra/journey/evidence.ts';
import { journeys } from '../../../infra/journey/journeys.ts';
import type { JourneyObservation } from '../../../infra/journey/observation.ts';
import { placeName } from '../../../infra/journey/place.ts';
import { expectedHops } from '../../../infra/journey/steps.ts';
import { predictSeries } from '../../../infra/predict/exchange.ts';
import { journeyText, ranges } from '../../../infra/report/journey.ts';
import { journeyMermaid } from '../../../infra/report/journey-mermaid.ts';
import { sightingsOf } from '../../support/predicted-sightings.ts';
import { predictable } from '../predict/recorded.ts';

const lab = predictable('kindnet');
const flow = { from: 'pod-2', to: '10.244.1.3' };

/** Two echo requests; the second one is not seen behind its first so many hops. @param clock of the target, which runs in a virtual machine then */
function observation(seenOfSecond: number, clock?: string): JourneyObservation {
  const series = predictSeries(lab, flow, 1);
  const branches = series[0]?.request.branches ?? [];
  const seen = sightingsOf(branches).map((hop) => ({
    ...hop,
    ...(clock !== undefined && hop.host === 'pod-3' && { clock }),
  }));
  const tapped = new Set(seen.map(placeName));
  const packet = (seq: number, count: number) => ({
    ...{ packet: 'echo-request', seq, known: true, end: 'delivered to 10.244.1.3 of pod-3' },
    hops: compareHops(expectedHops(branches), seen.slice(0, count), tapped),
  });
  const ping = { from: 'pod-2', to: 'pod-3', transmitted: 2, received: seenOfSecond < 4 ? 1 : 2 };
  return {
    ping,
    taps: [],
    journeys: journeys([packet(1, 4), packet(2, seenOfSecond)]),
    packets: [],
    noise: [{ packet: 'router-solicitation', packets: 2, at: ['pod-2/eth0'] }],
    ...(clock !== undefined && {
      clocks: [{ hosts: ['pod-3'], aheadNs: -90e9, uncertainNs: 1.5e6 }],
    }),
    evidence: evidenceOf({ attachments: [] }, flow, series, ping, 'pod-3/eth0'),
  };
}

const plain = (text: string) =>
  text.replaceAll(/veth[0-9a-f]{8}/g, 'veth').replaceAll(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g, '<mac>');

describe('the text', () => {
  test('has a row for each hop: where, seen, latency, what changed and why', () => {
    const lines = plain(journeyText(observation(4))).split('\n');
    expect(lines[0]).toBe('pod-2 → pod-3: 2 of 2 answered, 0 taps');
    expect(lines).toContain('echo-request 1–2: as predicted; delivered to 10.244.1.3 of pod-3');
    const third = lines.filter((line) => /^ {2}3 /.test(line)).join();
    expect(third.replaceAll(/ +/g, ' ')).toBe(
      ' 3 minikube-m02 veth out ✓ 1.0 – 1.0 µs MACs <mac> → <mac> route 10.244.1.3 dev veth scope host (table main)',
    );
    expect(lines.some((line) => line.includes('TTL 64 → 63'))).toBe(true);
  });

  test('says where a packet was not seen any more', () => {
    const text = plain(journeyText(observation(2)));
    expect(text).toContain('echo-request 1: as predicted');
    expect(text).toContain('echo-request 2: NOT as predicted');
    expect(text).toContain('minikube-m02/veth: predicted, not seen');
    expect(text).toContain('1 of 2 answered; last seen at pod-3/eth0');
  });

  test('counts what else was there, and has a word for what nobody can explain', () => {
    expect(journeyText(observation(4))).toContain('2 router-solicitations at pod-2/eth0: other traffic');
  });
});

describe('clocks', () => {
  test('are no subject where there is one', () => {
    expect(journeyText(observation(4))).not.toContain('clock');
  });

  test('that differ are told, and no latency from one to the other', () => {
    const lines = plain(journeyText(observation(4, 'far'))).split('\n');
    const latencies = lines.filter((line) => /^ {2}[34] /.test(line)).map((line) => line.replace(/ +/g, ' '));
    expect(latencies).toEqual([
      expect.stringContaining(' ✓ 1.0 – 1.0 µs MACs'),
      expect.stringContaining(' ✓ other clock - '),
    ]);
    expect(lines.join('\n')).toContain(
      'Other clocks\n  pod-3: 90.000000 s behind pod-2’s, give or take 0.001500 s\n',
    );
    expect(lines.filter((line) => line.startsWith('other clock: '))).toHaveLength(1);
  });
});

test('a packet that the sender’s own kernel refuses is on no interface, and ping says why', () => {
  const { evidence, ...seen } = observation(4);
  const end = 'dropped (mtu): message too long: 1501 bytes with DF are more than the MTU 1500 of eth0';
  const line = 'ping: local error: message too long, mtu=1500';
  const text = journeyText({
    ...{ ...seen, evidence, taps: [] },
    ping: { from: 'pod-2', to: 'pod-3', transmitted: 2, received: 0, errors: [line, line] },
    journeys: [{ packet: 'echo-request', seqs: [1, 2], asPredicted: true, end, way: [], hops: [] }],
  });
  expect(text).toMatch(
    /^pod-2 → pod-3: 0 of 2 answered, 0 taps\n {2}ping: local error: message too long, mtu=1500\n\n/,
  );
  expect(text).toContain(
    `echo-request 1–2: as predicted; ${end}\n  it was on no interface: the kernel of pod-2 has not let it out\n`,
  );
});

test('that there was nothing else is said, too', () => {
  expect(journeyText({ ...observation(4), noise: [] })).toContain('Beside them\n  nothing');
});

describe('the drawing', () => {
  test('crosses out a hop that was foretold and not seen', () => {
    const drawn = plain(journeyMermaid(observation(2)));
    const veths = drawn.split('\n').filter((line) => line.includes('minikube_m02__veth-xpod_3__eth0'));
    expect(veths).toHaveLength(1);
    expect(drawn).toContain('box transparent minikube-m02');
    expect(drawn).toContain('pod_2__eth0->>minikube_m02__veth: veth pair with pod-2 eth0');
  });
});

test('numbers in a row are a range', () => {
  expect(ranges([1, 2, 3, 5, 7, 8])).toBe('1–3, 5, 7–8');
});
