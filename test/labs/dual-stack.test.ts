import { expect, it } from 'vitest';
import type { JourneyObservation } from '../../infra/journey/observation.ts';
import { hops } from '../../infra/predict/hop.ts';
import type { Prediction } from '../../infra/predict/predict.ts';
import { describeLab } from '../support/describe-lab.ts';

/** Of what a capture has observed. */
interface Captured {
  readonly taps: readonly { readonly name: string; readonly at: string; readonly dev: string }[];
  readonly packets: readonly {
    readonly tap: string;
    readonly kind: string;
    readonly ethSrc: string;
    readonly ethDst: string;
    readonly ttl: number;
    readonly icmp: { readonly seq: number };
  }[];
}

const claims = ['D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7', 'D8', 'D9'];
const deleteRoute = ['kind-control-plane', 'ip -6 route del fd00:10:244:1::/64'] as const;

describeLab('dual-stack', { claims, deleteRoute }, (lab) => {
  it('asks no pod to wait: a ping over IPv6 is answered as soon as the pod stands', async () => {
    const { on } = lab();
    expect(await on('web-1', 'ping -c 1 -W 1 fd00:10:244::2')).toContain('1 received');
    expect(await on('web-1', 'ip -6 address show tentative')).toBe('');
  });

  it.each(['across-ipv6', 'across-ipv4'])(
    'foretells what experiment %s has captured: interfaces, MACs, hop limits',
    async (name) => {
      const { session, stack } = lab();
      const family = name === 'across-ipv6' ? ['--ipv6'] : [];
      const trace = await session.cli([
        'trace',
        'web-2',
        'web-1',
        ...family,
        '--json',
        '--stack',
        stack.name,
      ]);
      const { outcome, request, reply } = JSON.parse(trace.stdout) as {
        readonly outcome: string;
        readonly request: Prediction;
        readonly reply: Prediction;
      };
      expect(outcome).toBe('delivered');
      const { experiments } = await stack.results();
      const observed = experiments.find((one) => one.name === name)?.observed;
      const { taps, packets } = observed as unknown as Captured;
      for (const [kind, prediction] of [
        ['echo-request', request],
        ['echo-reply', reply],
      ] as const) {
        const foretold = hops(prediction.branches).map(({ host, interface: dev, srcMac, dstMac, ttl }) => {
          return { at: host, dev, ethSrc: srcMac, ethDst: dstMac, ttl };
        });
        const first = packets.filter((packet) => packet.kind === kind && packet.icmp.seq === 1);
        const captured = first.map(({ tap, ethSrc, ethDst, ttl }) => {
          const place = taps.find((one) => one.name === tap);
          return { at: place?.at, dev: place?.dev, ethSrc, ethDst, ttl };
        });
        expect(captured).toHaveLength(6);
        expect(foretold.filter(({ at }) => at !== 'underlay')).toEqual(captured);
      }
    },
  );

  it('sends over IPv6 when it is asked to, and sees each packet where it was foretold', async () => {
    const { session, stack } = lab();
    const asked = ['trace', 'web-2', 'web-1', '--ipv6', '--send', '1', '--json', '--stack', stack.name];
    const { exitCode, stdout } = await session.cli(asked);
    const { journeys } = JSON.parse(stdout) as JourneyObservation;
    const ends = journeys.map(({ packet, asPredicted, hops: [first] }) => [
      packet,
      asPredicted,
      first?.seen?.dst,
    ]);
    expect({ exitCode, ends: ends.filter(([packet]) => String(packet).startsWith('echo')) }).toEqual({
      exitCode: 0,
      ends: [
        ['echo-request', true, 'fd00:10:244:1::2'],
        ['echo-reply', true, 'fd00:10:244::2'],
      ],
    });
  });

  it('is silent while nobody sends: no router solicitation, no listener report, no detection of duplicates', async () => {
    const heard = await lab().on(
      'web-3',
      `cd /run; tcpdump -ln --immediate-mode -i eth0 icmp6 > heard 2> said & listener=$!
       until grep -q listening said; do sleep 0.05; done
       ping -c 2 -i 2 -W 1 fd00:10:244:1::1 > answers; kill -INT $listener; wait; cat heard; rm heard said answers`,
    );
    // The two pings show that it listens.
    expect(heard.match(/echo request/g)).toHaveLength(2);
    expect(heard).not.toMatch(/router solicitation|router advertisement|listener|who has fe80::\S+ .* ::/);
  });
});
