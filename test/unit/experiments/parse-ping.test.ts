// ping's output, as iputils 20221126 printed it: recorded in network namespaces that were made to fail that way.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePing } from '../../../infra/experiments/parse-ping.ts';

function recorded(name: string): string {
  try {
    return readFileSync(new URL(`recorded/${name}`, import.meta.url), 'utf8');
  } catch {
    return '';
  }
}

const parsed = (name: string) => parsePing(recorded(`${name}.txt`), recorded(`${name}.stderr`));

describe('parsePing', () => {
  it('reads replies', () => {
    expect(parsed('answered')).toEqual({
      transmitted: 3,
      received: 3,
      lossPercent: 0,
      duplicates: 0,
      replies: [
        { seq: 1, ttl: 64, timeMs: 0.464, from: '10.1.0.3' },
        { seq: 2, ttl: 64, timeMs: 0.083, from: '10.1.0.3' },
        { seq: 3, ttl: 64, timeMs: 0.074, from: '10.1.0.3' },
      ],
      errors: [],
    });
  });

  it('has no time where the payload is too short to carry one', () => {
    expect(parsed('small')?.replies).toEqual([
      { seq: 1, ttl: 64, from: '10.1.0.3' },
      { seq: 2, ttl: 64, from: '10.1.0.3' },
    ]);
  });

  it('counts duplicates, whoever sent them', () => {
    const { duplicates, received, replies } = parsed('duplicates') ?? {};
    expect({ duplicates, received }).toEqual({ duplicates: 2, received: 2 });
    expect(replies?.map(({ seq, from }) => `${seq} ${from}`)).toEqual([
      '1 10.1.0.3',
      '1 10.1.0.1',
      '1 10.1.0.4',
      '2 10.1.0.1',
    ]);
  });

  it('keeps what a router or the sender itself answered', () => {
    expect(parsed('host-unreachable')).toMatchObject({
      transmitted: 3,
      received: 0,
      lossPercent: 100,
      errors: [1, 2, 3].map((seq) => `From 10.1.0.2 icmp_seq=${seq} Destination Host Unreachable`),
    });
  });

  it('keeps the MTU that a router asked for, and then the kernel', () => {
    expect(parsed('frag-needed')).toMatchObject({
      transmitted: 3,
      received: 0,
      errors: [
        'From 10.1.0.1 icmp_seq=1 Frag needed and DF set (mtu = 1300)',
        'ping: local error: message too long, mtu=1300',
        'ping: local error: message too long, mtu=1300',
      ],
    });
    expect(parsed('too-long')?.errors).toHaveLength(2);
  });

  it('takes silence for silence', () => {
    expect(parsed('no-reply')).toMatchObject({ transmitted: 2, received: 0, replies: [], errors: [] });
  });

  it.each([
    ['no-route', 'ping: connect: Network is unreachable'],
    ['local-blackhole', 'ping: connect: Invalid argument'],
  ])("takes the kernel's refusal (%s) for an observation", (name, error) => {
    expect(parsed(name)).toEqual({
      transmitted: 0,
      received: 0,
      lossPercent: 100,
      duplicates: 0,
      replies: [],
      errors: [error],
    });
  });

  it.each(['ping: socktype: SOCK_RAW\nping: socket: Operation not permitted', 'sh: 1: ping: not found', ''])(
    "does not take the tool's own trouble (%j) for one",
    (stderr) => {
      expect(parsePing('', stderr)).toBeUndefined();
    },
  );

  it('reads loss that is no whole number, and errors beside it', () => {
    const text = '3 packets transmitted, 2 received, +1 errors, 33.3333% packet loss, time 2003ms';
    expect(parsePing(text, '')).toMatchObject({ transmitted: 3, received: 2, lossPercent: 33.3333 });
  });

  it('reads IPv6 addresses whole, those with a gap in them too', () => {
    const text = [
      'PING fd00:10:244:1::2(fd00:10:244:1::2) 56 data bytes',
      '64 bytes from fd00:10:244:1::2: icmp_seq=1 ttl=62 time=0.142 ms',
      'From fd00:10:244::1 icmp_seq=2 Packet too big: mtu=1400',
      '',
      '2 packets transmitted, 1 received, +1 errors, 50% packet loss, time 1001ms',
    ].join('\n');
    expect(parsePing(text, '')).toMatchObject({
      replies: [{ seq: 1, ttl: 62, timeMs: 0.142, from: 'fd00:10:244:1::2' }],
      errors: ['From fd00:10:244::1 icmp_seq=2 Packet too big: mtu=1400'],
    });
  });
});
