import { describe, expect, it } from 'vitest';
import { canonicalOutput } from '../../../infra/guide/canonical-output.ts';
import { compareOutput } from '../../../infra/guide/compare-output.ts';
import type { GuideCommand } from '../../../infra/guide/guide.ts';

const canonical = (line: string, command = 'ip') => canonicalOutput(command, [line])[0];

describe('the canonical form of output', () => {
  it.each([
    [
      '3: veth1e815659@if2: <UP> mtu 1500 link-netnsid 1',
      '<n>: <veth:?>@if<n>: <UP> mtu 1500 link-netnsid <n>',
    ],
    ['10.244.0.1 dev eth0 lladdr 0a:f9:92:63:e3:05 REACHABLE', '10.244.0.1 dev eth0 lladdr <mac:?> <used>'],
    ['ff:ff:ff:ff:ff:ff is everybody', 'ff:ff:ff:ff:ff:ff is everybody'],
    ['net:[4026533431]', '<netns:?>'],
    ['eth0@if3 (2)   ↔  veth0032be69@if2 (3)  minikube', 'eth0@if<n> ↔ <veth:?>@if<n> minikube'],
    ['4  underlay port9 in   no tap  FDB dev port10', '4 underlay port<n> in no tap FDB dev port<n>'],
    ['drwxr-xr-x 2 lab lab 120 Nov 27 18:51 .', 'drwxr-xr-x 2 lab lab 120 <time> .'],
    ['Timestamp: Fri Nov 27 17:14:49 2026 408827 usec', 'Timestamp: <time>'],
    [
      '1795799656.263549254 IP 10.42.0.2 > 10.42.0.3: id 1304, seq 1',
      '<time> IP 10.42.0.2 > 10.42.0.3: id <id>, seq 1',
    ],
    [
      '17:14:33.243216 192.168.56.2.38552 > 192.168.56.3.8472: VXLAN',
      '<time> 192.168.56.2.<port> > 192.168.56.3.8472: VXLAN',
    ],
    ['64 bytes: icmp_seq=1 ttl=63 time=0.052 ms', '64 bytes: icmp_seq=1 ttl=63 time=<time>'],
    ['✓  1.2 – 1.4 µs  -', '✓ <time> -'],
    ['✓  same stamp  -', '✓ <time> -'],
    ['0\tADD\tptp\t0\t28.417404', '0 ADD ptp 0 <time>'],
    ['recorded 2026-11-28T01:38:34.145Z', 'recorded <time>'],
    ['real\t0m0.955s', 'real <time>'],
    ['qdisc tbf 1: rate 8Mbit burst 100000b lat 25ms', 'qdisc tbf 1: rate 8Mbit burst 100000b lat 25ms'],
    ['  + cluster made  0.2 s', '+ cluster made <time>'],
  ])('of %j is %j', (line, form) => {
    expect(canonical(line)).toBe(form);
  });

  it('keeps a bare number, unless the command asks for an index or a PID', () => {
    expect(canonical('3', 'grep -c x')).toBe('3');
    expect(canonical('3', 'cat /sys/class/net/eth0/iflink')).toBe('<n>');
    expect(canonical('281', 'PID1=$(x); echo $PID1')).toBe('<n>');
  });

  it('takes PIDs and namespace numbers out of lsns, and leaves how many processes there are', () => {
    const lines = ['        NS NPROCS PID    NETNSID COMMAND', '4026534908      2  52          3 /pause'];
    expect(canonicalOutput('lsns -t net', lines)).toEqual([
      'NS NPROCS PID NETNSID COMMAND',
      '<netns:?> 2 <n> <n> /pause',
    ]);
  });

  it('counts nothing of what went by beside a journey', () => {
    const lines = ['a', 'Beside them', '  2 arp-request', '  2 arp-reply', '', 'Witnesses'];
    expect(canonicalOutput('trace', lines)).toEqual(['a', 'Beside them', '<noise>', '', 'Witnesses']);
  });
});

describe('a command that prints', () => {
  const shows = (output: readonly string[], text = 'ip route'): GuideCommand => ({
    text,
    line: 10,
    output,
    shown: { from: 10, to: 10 + output.length },
  });

  it('the same in other words of chance is right', () => {
    expect(
      compareOutput(shows(['10.0.0.2 dev veth00000001  scope host']), [
        '10.0.0.2 dev vethabcdef01 scope host',
      ]),
    ).toBeUndefined();
  });

  it('something else is wrong, and it is said where', () => {
    expect(compareOutput(shows(['a', 'ttl=64', 'z']), ['a', 'ttl=63', 'y', 'z'])).toMatchObject({
      line: 12,
      expected: ['ttl=64'],
      got: ['ttl=63', 'y'],
    });
  });

  it('routes in another order is wrong, forwarding entries in another order are right', () => {
    expect(compareOutput(shows(['a', 'b']), ['b', 'a'])).toBeDefined();
    expect(compareOutput(shows(['a', 'b']), ['b', 'a'], ['any-order'])).toBeUndefined();
    expect(compareOutput(shows(['a', 'b'], 'bridge fdb show'), ['b', 'a'])).toBeUndefined();
    expect(compareOutput(shows(['a', 'b'], 'bridge fdb show'), ['b', 'b'])).toMatchObject({ line: 10 });
  });

  it('whatever the guide leaves out is right', () => {
    expect(compareOutput(shows(['a', '…', 'z']), ['a', 'b', 'c', 'z'])).toBeUndefined();
    expect(compareOutput(shows(['a', '…', 'z']), ['a', 'z'])).toBeUndefined();
    expect(compareOutput(shows(['a', '…', 'z']), ['b', 'z'])).toBeDefined();
  });

  it('nothing is right where the guide shows nothing, and only there', () => {
    expect(compareOutput(shows([]), [])).toBeUndefined();
    expect(compareOutput(shows([]), ['x'])).toMatchObject({ line: 10, got: ['x'] });
    expect(compareOutput(shows(['x']), [])).toMatchObject({ line: 11, expected: ['x'], got: [] });
  });
});
