// Tracked connections as the kernel's file and conntrack(8) print them, recorded.
import { expect, test } from 'vitest';
import { conntrackLine, readConntrack } from '../../../../infra/observe/learning/conntrack.ts';

const PROC = `ipv4     2 tcp      6 432000 ESTABLISHED src=127.0.0.1 dst=127.0.0.1 sport=47728 dport=8080 src=127.0.0.1 dst=127.0.0.1 sport=1234 dport=47728 [ASSURED] mark=0 zone=0 use=2
ipv4     2 icmp     1 29 src=10.1.1.1 dst=10.1.1.9 type=8 code=0 id=11 [UNREPLIED] src=10.1.1.9 dst=10.1.1.1 type=0 code=0 id=11 mark=0 zone=0 use=3
ipv4     2 udp      17 29 src=10.1.1.1 dst=10.1.1.9 sport=59852 dport=99 [UNREPLIED] src=10.1.1.9 dst=10.1.1.1 sport=99 dport=59852 mark=0 zone=0 use=3
ipv6     10 icmpv6   58 29 src=0000:0000:0000:0000:0000:0000:0000:0001 dst=fd00:0000:0000:0000:0000:0000:0000:0012 type=128 code=0 id=95 src=fd00:0000:0000:0000:0000:0000:0000:0012 dst=0000:0000:0000:0000:0000:0000:0000:0001 type=129 code=0 id=95 mark=0 zone=0 use=2
`;
/** Of the same kernel, but for the TCP connection, which has ended meanwhile. */
const TOOL = `tcp      6 9 CLOSE src=127.0.0.1 dst=127.0.0.1 sport=47728 dport=8080 src=127.0.0.1 dst=127.0.0.1 sport=1234 dport=47728 [ASSURED] mark=0 use=1
icmp     1 29 src=10.1.1.1 dst=10.1.1.9 type=8 code=0 id=11 [UNREPLIED] src=10.1.1.9 dst=10.1.1.1 type=0 code=0 id=11 mark=0 use=2
udp      17 29 src=10.1.1.1 dst=10.1.1.9 sport=59852 dport=99 [UNREPLIED] src=10.1.1.9 dst=10.1.1.1 sport=99 dport=59852 mark=0 use=2
icmpv6   58 29 src=::1 dst=fd00::12 type=128 code=0 id=95 src=fd00::12 dst=::1 type=129 code=0 id=95 mark=0 use=1
`;

test('both directions, ports or ICMP id, and whether an answer has come', () => {
  expect(readConntrack(PROC)).toEqual([
    {
      ...{ protocol: 'tcp', state: 'ESTABLISHED', replied: true },
      ...{ src: '127.0.0.1', dst: '127.0.0.1', srcPort: 47_728, dstPort: 8080 },
      reply: { src: '127.0.0.1', dst: '127.0.0.1', srcPort: 1234, dstPort: 47_728 },
    },
    {
      ...{ protocol: 'icmp', replied: false },
      ...{ src: '10.1.1.1', dst: '10.1.1.9', icmp: { type: 8, code: 0, id: 11 } },
      reply: { src: '10.1.1.9', dst: '10.1.1.1', icmp: { type: 0, code: 0, id: 11 } },
    },
    {
      ...{ protocol: 'udp', replied: false },
      ...{ src: '10.1.1.1', dst: '10.1.1.9', srcPort: 59_852, dstPort: 99 },
      reply: { src: '10.1.1.9', dst: '10.1.1.1', srcPort: 99, dstPort: 59_852 },
    },
    {
      ...{ protocol: 'icmpv6', replied: true },
      ...{ src: '::1', dst: 'fd00::12', icmp: { type: 128, code: 0, id: 95 } },
      reply: { src: 'fd00::12', dst: '::1', icmp: { type: 129, code: 0, id: 95 } },
    },
  ]);
});

test('the tool says the same in its own words', () => {
  const stateless = (text: string) => readConntrack(text).map(({ state, ...row }) => row);
  expect(stateless(TOOL)).toEqual(stateless(PROC));
});

test('one line for people, with what a NAT makes of the answer', () => {
  expect(readConntrack(PROC).map(conntrackLine)).toEqual([
    'connection tcp 127.0.0.1:47728 → 127.0.0.1:8080, answered 127.0.0.1:1234 → 127.0.0.1:47728',
    'connection icmp 10.1.1.1 → 10.1.1.9 id 11',
    'connection udp 10.1.1.1:59852 → 10.1.1.9:99',
    'connection icmpv6 ::1 → fd00::12 id 95',
  ]);
});

test('what is no connection is passed over', () => {
  expect(readConntrack('\nconntrack v1.4.7 (conntrack-tools): 0 flow entries have been shown.\n')).toEqual(
    [],
  );
});
