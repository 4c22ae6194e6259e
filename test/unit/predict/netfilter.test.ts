// Packet filter rules as the tools print them, and what they do to a packet: Kindnet's, Flannel's, portmap's, nft's own.
import { describe, expect, test } from 'vitest';
import { readNft } from '../../../infra/observe/parse-netfilter.ts';
import type { LabSnapshot, NetfilterRow } from '../../../infra/observe/snapshot.ts';
import { predictExchange } from '../../../infra/predict/exchange.ts';
import type { Flow } from '../../../infra/predict/flow.ts';
import { hops } from '../../../infra/predict/hop.ts';
import { words } from '../../../infra/predict/netfilter/parse-iptables.ts';
import { predict } from '../../../infra/predict/predict.ts';
import { packetTable, pathTable } from '../../../infra/report/predicted-path.ts';
import { forwarding, predictable } from './recorded.ts';

const flannel = predictable('flannel');
const across: Flow = { from: 'pod-a', to: '10.42.1.2' };

const rows = (table: string, ...lines: string[]): NetfilterRow[] =>
  lines.map((rule) => ({ family: 'ip', table, chain: rule.split(' ')[1] ?? '', rule }));
const filtered = (netfilter: readonly NetfilterRow[], host = 'node-1'): LabSnapshot =>
  forwarding(flannel, host, () => ({ netfilter }));
const nft = (text: string, host?: string) => filtered(readNft(text, ['ip']), host);
const kind = (lab: LabSnapshot, flow: Flow = across) => predict(lab, flow).end.kind;

test('comments of iptables-save are one word, with what they quote', () => {
  expect(words('-A F -m comment --comment "a \\"b\\" c" -j DROP')).toEqual([
    '-A',
    'F',
    '-m',
    'comment',
    '--comment',
    'a "b" c',
    '-j',
    'DROP',
  ]);
});

describe('matches of iptables', () => {
  const forward = (match: string) =>
    kind(filtered(rows('filter', '-P FORWARD ACCEPT', `-A FORWARD ${match} -j DROP`)));
  test.each([
    '-s 10.42.0.0/24',
    '! -s 10.43.0.0/16 -d 10.42.1.2/32',
    '-i cni0 -o flannel.1',
    '-i cni+',
    '! -o eth0',
    '-p icmp -m icmp --icmp-type 8',
    '-m conntrack --ctstate NEW,RELATED',
    '-m conntrack ! --ctstate ESTABLISHED',
    '-m addrtype ! --dst-type LOCAL',
    '-m mark ! --mark 0x1/0x1',
    '-m comment --comment "why not" -m length --length 0:100',
    '-m ttl --ttl-eq 63',
    '-m mac --mac-source ae:cd:ce:8a:bb:01',
    '-m iprange --src-range 10.42.0.1-10.42.0.3',
  ])('%s is this packet', (match) => expect(forward(match)).toBe('dropped'));
  test.each([
    '-s 10.42.1.0/24',
    '-i eth0',
    '-p tcp -m tcp --dport 80',
    '-p udp -m udp --dport 0:65535',
    '-p icmp -m icmp --icmp-type 3/4',
    '-m conntrack --ctstate INVALID',
    '-m addrtype --dst-type LOCAL',
    '-m mark --mark 0x4000/0x4000',
    '-m ttl --ttl-lt 63',
    '-m physdev --physdev-is-bridged',
  ])('%s is another', (match) => expect(forward(match)).toBe('delivered'));
  test('of ports', () => {
    const lab = filtered(
      rows(
        'filter',
        '-P FORWARD ACCEPT',
        '-A FORWARD -p tcp -m multiport --dports 80,8000:8100 -j REJECT --reject-with tcp-reset',
      ),
    );
    const to = (port: number) => kind(lab, { ...across, proto: 'tcp', port });
    expect([80, 81, 8050, 8101].map(to)).toEqual(['dropped', 'delivered', 'dropped', 'delivered']);
  });
});

test('chains: jump, goto, return, and the policy behind them', () => {
  const base = [
    '-P FORWARD DROP',
    '-N SUB',
    '-A FORWARD -j SUB',
    '-A SUB -s 10.42.0.3/32 -j RETURN',
    '-A SUB -s 10.42.0.0/16 -j ACCEPT',
  ];
  expect(kind(filtered(rows('filter', ...base)))).toBe('delivered');
  expect(kind(filtered(rows('filter', ...base)), { ...across, from: 'pod-b' })).toBe('dropped');
  // After a goto, a chain that comes to its end returns to the policy, not to the rule behind the goto.
  const gone = ['-P FORWARD DROP', '-N SUB', '-A FORWARD -g SUB', '-A FORWARD -j ACCEPT'];
  expect(kind(filtered(rows('filter', ...gone)))).toBe('dropped');
  expect(kind(filtered(rows('filter', ...gone.map((r) => r.replace('-g', '-j')))))).toBe('delivered');
});

test('a mark outlives encapsulation, as --mark rules of Flannel count on', () => {
  const lab = filtered([
    ...rows('mangle', '-P FORWARD ACCEPT', '-A FORWARD -s 10.42.0.2/32 -j MARK --set-xmark 0x4000/0x4000'),
    ...rows(
      'filter',
      '-P OUTPUT ACCEPT',
      '-A OUTPUT -p udp -m udp --dport 8472 -m mark --mark 0x4000/0x4000 -j DROP',
    ),
  ]);
  expect(predict(lab, across).end).toMatchObject({
    kind: 'dropped',
    host: 'node-1',
    words: expect.stringContaining('--dport 8472'),
  });
  expect(kind(lab, { ...across, from: 'pod-b' })).toBe('delivered');
});

test('a hostPort of portmap: translated on the way in, and the answer translated back', () => {
  const lab = filtered(
    rows(
      'nat',
      ...[
        '-P PREROUTING ACCEPT',
        '-P OUTPUT ACCEPT',
        '-P POSTROUTING ACCEPT',
        '-N CNI-DN-1',
        '-N CNI-HOSTPORT-DNAT',
        '-N CNI-HOSTPORT-MASQ',
        '-N CNI-HOSTPORT-SETMARK',
      ],
      '-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
      '-A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
      '-A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ',
      '-A CNI-DN-1 -s 10.42.1.2/32 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK',
      '-A CNI-DN-1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.42.1.2:80',
      '-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"cbr0\\" id: \\"x\\"" -m multiport --dports 8080 -j CNI-DN-1',
      '-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE',
      '-A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000',
    ),
    'node-2',
  );
  const flow: Flow = { from: 'pod-a', to: '192.168.49.3', proto: 'tcp', port: 8080 };
  const { request, reply, outcome } = predictExchange(lab, flow);
  expect(request.end).toMatchObject({
    kind: 'delivered',
    host: 'pod-d',
    address: '10.42.1.2',
    packet: { dport: 80 },
  });
  expect(outcome).toBe('delivered');
  const back = hops(reply?.branches ?? []).at(-1);
  expect(back).toMatchObject({ host: 'pod-a', src: '192.168.49.3', ports: { src: 8080, dst: 40_000 } });
  const translations = [request, reply].map((way) =>
    hops(way?.branches ?? []).flatMap(({ decisions }) => decisions.filter(({ kind }) => kind === 'nat')),
  );
  expect(translations.map((way) => way.map((decision) => [decision.words, decision.rule?.line]))).toEqual([
    [
      [
        'DNAT: destination 192.168.49.3:8080 → 10.42.1.2:80',
        'nat: -A CNI-DN-1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.42.1.2:80',
      ],
    ],
    [['source 10.42.1.2:80 → 192.168.49.3:8080, as connection tracking remembers it', undefined]],
  ]);
  // The rule is shown below its effect, and ports beside the addresses.
  expect(pathTable(request)).toMatch(/DNAT: destination .*\n +nat: -A CNI-DN-1 /);
  expect(packetTable(request)).toMatch(/pod-d .* 10\.42\.0\.2:40000 → 10\.42\.1\.2:80 /);
  // Nobody listens to other ports there: the node itself is reached.
  expect(predict(lab, { ...flow, port: 8081 }).end).toMatchObject({ host: 'node-2' });
});

test('a hostPort of portmap’s nftables variant, whose chain for single addresses is empty', () => {
  const lab = nft(
    `table ip cni_hostport {
\tcomment "CNI portmap plugin"
\tchain hostports {
\t\ttcp dport 8080 dnat to 10.42.1.2:80 comment "4830ac20215c"
\t}

\tchain hostip_hostports {
\t}

\tchain hostports_all {
\t\tjump hostip_hostports
\t\tjump hostports
\t}

\tchain prerouting {
\t\ttype nat hook prerouting priority dstnat; policy accept;
\t\tfib daddr type local jump hostports_all
\t}

\tchain output {
\t\ttype nat hook output priority -100; policy accept;
\t\tfib daddr type local jump hostports_all
\t}
}`,
    'node-2',
  );
  const flow: Flow = { from: 'pod-a', to: '192.168.49.3', proto: 'tcp', port: 8080 };
  expect(predictExchange(lab, flow)).toMatchObject({
    outcome: 'delivered',
    request: { end: { host: 'pod-d', address: '10.42.1.2', packet: { dport: 80 } } },
  });
  expect(predict(lab, { ...flow, port: 8081 }).end).toMatchObject({ host: 'node-2' });
});

describe('native nftables', () => {
  const table = (rules: string, head = 'type filter hook forward priority filter; policy accept;') =>
    nft(
      `table inet lab {\n\tset pods {\n\t\ttype ipv4_addr\n\t\telements = { 10.42.0.2,\n\t\t\t     10.42.0.9 }\n\t}\n\n\tchain c {\n\t\t${head}\n\t\t${rules}\n\t}\n}`,
    );
  test.each([
    'ip saddr 10.42.0.0/24 drop',
    'ip saddr @pods counter packets 0 bytes 0 drop comment "why"',
    'ip daddr { 10.42.1.2, 10.42.9.9 } drop',
    'iifname "cni0" oifname "flannel*" meta l4proto icmp drop',
    'ip daddr != 10.42.0.0/24 reject with icmp admin-prohibited',
    'icmp type { echo-request, echo-reply } ct state new drop',
    'meta mark & 0x4000 == 0x0 drop',
    'fib daddr type != local drop',
    'ip ttl 63 log prefix "x" drop',
  ])('%s is this packet', (rule) => expect(kind(table(rule))).toBe('dropped'));
  test.each([
    'ip saddr 10.42.1.0/24 drop',
    'tcp dport { 80, 90-100 } drop',
    'iifname "eth*" drop',
    'ct state established,related drop',
    'meta mark 0x1 drop',
  ])('%s is another', (rule) => expect(kind(table(rule))).toBe('delivered'));
  test.each([
    'ip saddr . ip daddr @pairs drop',
    'limit rate 1/second drop',
    'tcp flags syn drop',
    'ct state vmap { new : drop }',
    'ip dscp cs1 drop',
    'numgen random mod 2 0 drop',
  ])('%s is not guessed at', (rule) => expect(kind(table(rule))).toBe('unknown'));
  test('a table that is dormant does nothing, and a chain at a device is beyond the model', () => {
    const asleep =
      'table ip x {\n\tflags dormant\n\n\tchain c {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}';
    expect(kind(nft(asleep))).toBe('delivered');
    expect(kind(nft(asleep.replace('flags dormant', '')))).toBe('dropped');
    const device = 'type filter hook ingress device "eth0" priority filter; policy accept;';
    expect(kind(table('ip saddr 10.9.9.9 drop', device))).toBe('unknown');
  });
  test('chains of one hook run by priority', () => {
    const early = 'type filter hook forward priority filter - 5; policy drop;';
    expect(kind(table('ip saddr 10.42.0.2 accept', early))).toBe('delivered');
    expect(kind(table('ip saddr 10.42.0.3 accept', early))).toBe('dropped');
  });
  test('masquerade of its own', () => {
    const lab = table(
      'oifname "flannel.1" masquerade',
      'type nat hook postrouting priority srcnat; policy accept;',
    );
    expect(predict(lab, across).end).toMatchObject({ kind: 'delivered', src: '10.42.0.0' });
    expect(predictExchange(lab, across).outcome).toBe('delivered');
  });
  test('rules of a bridge meet what it forwards, and not what only others forward', () => {
    const lab = (rule: string) =>
      nft(
        `table bridge lab {\n\tchain c {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\t${rule}\n\t}\n}`,
      );
    const same: Flow = { from: 'pod-a', to: '10.42.0.3' };
    expect(predict(lab('ip daddr 10.42.0.3 drop'), same).end).toMatchObject({
      kind: 'dropped',
      reason: 'filter',
      rule: { table: 'netfilter', host: 'node-1', line: 'lab: ip daddr 10.42.0.3 drop' },
    });
    expect(kind(lab('ip daddr 10.42.0.4 drop'), same)).toBe('delivered');
    expect(kind(lab('ip daddr 10.42.0.3 drop'))).toBe('delivered');
    expect(kind(lab('ip daddr 10.42.0.3 ct state new drop'), same)).toBe('unknown');
    expect(kind(lab('ip daddr 10.42.0.3 meta mark set 0x1'), same)).toBe('unknown');
    expect(kind(lab('vlan id 7 drop'), same)).toBe('unknown');
  });
});
