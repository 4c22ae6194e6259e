// Random changes of what decides an IPv6 packet's way; forwarding entries and links are changed as for IPv4.
import type { Pick } from '../../scripts/bench/random-numbers.ts';
import { type Edit, randomEdit } from './random-edits.ts';

const NODES = ['n1', 'n2'];
const PODS = ['a1', 'b1', 'c1', 'a2', 'b2', 'c2'];
const BRIDGED = (k: number) => `fd42:0:0:${k}::`;
const ROUTED = (k: number) => `fd44:0:0:${k}::`;
const PREFIXES = [...[1, 2].flatMap((k) => [`${BRIDGED(k)}/64`, `${ROUTED(k)}/64`]), 'fd42::/32', 'default'];
const HOSTS = [
  ...[1, 2].flatMap((k) => [`${BRIDGED(k)}2`, `${BRIDGED(k)}3`, `${ROUTED(k)}2`]),
  ...['fd50::2', 'fd50::3'],
];
const MACS = [
  '02:00:02:01:00:01',
  '02:00:02:01:00:02',
  '02:00:02:02:00:01',
  '02:00:01:01:00:00',
  '02:00:0f:00:00:01',
];
const PORTS = ['a', 'b', 'c', 'eth0', 'cni0', 'flannel.1'];
const MATCHES = [
  ...['-p ipv6-icmp', '-p udp', '-p ipv6-icmp -m icmp6 --icmpv6-type echo-reply', '-m hl --hl-eq 64'],
  ...['-p ipv6-icmp -m icmp6 --icmpv6-type neighbour-solicitation', '-m conntrack --ctstate NEW'],
  ...['-p ipv6-icmp -m icmp6 --icmpv6-type neighbour-advertisement', '-m conntrack --ctstate ESTABLISHED'],
  ...['-m conntrack --ctstate INVALID', '-m conntrack --ctstate UNTRACKED', '-m addrtype --dst-type LOCAL'],
  ...['-m mark --mark 0x7', `! -s ${BRIDGED(1)}/64`, '-m length --length 0:200', '-m hl --hl-lt 63'],
  ...[
    `-s ${BRIDGED(1)}2`,
    `-d ${BRIDGED(1)}2`,
    '-s fd42::/32',
    `-d ${ROUTED(2)}/64`,
    '-i cni0',
    '-o c',
    '! -i eth0',
  ],
];

type Maker = (pick: Pick) => Edit;

const routes: readonly Maker[] = [
  (pick) => ({ host: pick(NODES), script: `ip -6 route del ${pick(PREFIXES)}` }),
  (pick) => ({ host: pick(PODS), script: 'ip -6 route del default' }),
  (pick) => ({
    host: pick([...NODES, ...PODS]),
    script: `ip -6 route add ${pick(['blackhole', 'unreachable', 'prohibit', 'throw'])} ${pick([...HOSTS, ...PREFIXES.slice(0, 4)])} metric ${pick([1, 5, 2000])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip -6 route replace ${pick([...PREFIXES, ...HOSTS])} via ${pick(['fd50::2', 'fd50::3', 'fd50::1', 'fd50::77'])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip -6 route replace ${pick([...HOSTS, 'fd42::/31'])} dev ${pick(PORTS)}`,
  }),
  (pick) => ({
    host: pick(PODS),
    script: `ip -6 route add ${pick(HOSTS)} dev eth0 ${pick(['', 'metric 7'])}`,
  }),
  (pick) => ({ host: pick([...NODES, ...PODS]), script: `ip -6 route del local ${pick(HOSTS)} table local` }),
  (pick) => ({ host: pick([...NODES, ...PODS]), script: `ip -6 route add local ${pick(HOSTS)} dev lo` }),
  (pick) => ({
    host: pick(PODS),
    script: `ip -6 route add default via ${pick(HOSTS)} dev eth0 metric ${pick([1, 2000])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip -6 route change ${BRIDGED(pick([1, 2]))}/64 dev cni0 mtu ${pick([1280, 1300])}`,
  }),
];

const rules: readonly Maker[] = [
  (pick) => ({
    host: pick([...NODES, ...PODS]),
    script: `ip -6 rule add ${pick(['from', 'to'])} ${pick([...HOSTS, 'fd42::/32', 'all'])} table ${pick(['100', 'main'])} prio ${pick([10, 100, 40000])}`,
  }),
  (pick) => ({
    host: pick([...NODES, ...PODS]),
    script: `ip -6 rule add ${pick(['from', 'to'])} ${pick(HOSTS)} ${pick(['unreachable', 'prohibit', 'blackhole'])} prio ${pick([5, 500])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip -6 rule add iif ${pick([...PORTS, 'lo'])} table 100 prio 50; ip -6 route add table 100 ${pick(['blackhole default', 'default via fd50::3', 'throw default', 'unreachable fd40::/12'])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip6tables -t mangle -A PREROUTING ${pick(MATCHES)} -j MARK --set-mark 0x${pick(['7', '17'])}; ip -6 rule add fwmark 0x7${pick(['', '/0xf'])} table 101 prio 60; ip -6 route add blackhole default table 101`,
  }),
  (pick) => ({ host: pick([...NODES, ...PODS]), script: `ip -6 rule del pref ${pick([32766, 0])}` }),
  (pick) => ({
    host: pick([...NODES, ...PODS]),
    script: `ip -6 rule add ipproto ${pick(['ipv6-icmp', 'tcp', 'udp'])} ${pick(['unreachable', 'table 103'])} prio 70`,
  }),
];

const neighbours: readonly Maker[] = [
  (pick) => ({
    host: pick(NODES),
    script: `ip -6 neigh replace ${pick(HOSTS)} lladdr ${pick(MACS)} dev ${pick(PORTS)} nud ${pick(['permanent', 'stale', 'reachable', 'noarp'])}`,
  }),
  (pick) => ({
    host: pick(PODS),
    script: `ip -6 neigh replace ${pick([`${BRIDGED(1)}1`, `${ROUTED(2)}1`, ...HOSTS])} lladdr ${pick(MACS)} dev eth0 nud ${pick(['permanent', 'stale', 'reachable'])}`,
  }),
  (pick) => ({ host: pick(NODES), script: `ip -6 neigh del ${BRIDGED(pick([1, 2]))} dev flannel.1` }),
  (pick) => ({ host: pick([...NODES, ...PODS]), script: 'ip -6 neigh flush all' }),
  (pick) => ({
    host: pick(NODES),
    script: `ip -6 neigh add proxy ${pick(HOSTS)} dev ${pick(['cni0', 'c', 'eth0'])}; echo 1 > /proc/sys/net/ipv6/conf/${pick(['all', 'c'])}/proxy_ndp`,
  }),
];

const conf = (dev: string, key: string, value: number) =>
  `echo ${value} > /proc/sys/net/ipv6/conf/${dev}/${key}`;
const sysctls: readonly Maker[] = [
  (pick) => ({ host: pick(NODES), script: conf('all', 'forwarding', 0) }),
  (pick) => ({ host: pick(NODES), script: conf(pick(PORTS), 'forwarding', 0) }),
  (pick) => ({
    host: pick(NODES),
    script: `${conf('all', 'forwarding', 0)}; ${conf(pick(PORTS), 'force_forwarding', 1)}`,
  }),
  (pick) => ({ host: pick([...NODES, ...PODS]), script: conf(pick(['eth0', 'all']), 'disable_ipv6', 1) }),
  (pick) => ({ host: pick(NODES), script: conf(pick(PORTS), 'disable_ipv6', 1) }),
  (pick) => ({ host: pick(PODS), script: conf('eth0', 'hop_limit', pick([1, 2, 3])) }),
  (pick) => ({ host: pick([...NODES, ...PODS]), script: 'echo 1 > /proc/sys/net/ipv6/icmp/echo_ignore_all' }),
  (pick) => ({
    host: pick([...NODES, 'underlay']),
    script: `echo ${pick([0, 1])} > /proc/sys/net/bridge/bridge-nf-call-ip6tables`,
  }),
  (pick) => ({ host: pick(NODES), script: conf(pick(PORTS), 'use_oif_addrs_only', 1) }),
];

const filters: readonly Maker[] = [
  (pick) => ({
    host: pick([...NODES, ...PODS]),
    script: `ip6tables -${pick(['A', 'I'])} ${pick(['INPUT', 'OUTPUT'])} ${pick(MATCHES.filter((m) => !/-[io] /.test(m)))} -j ${pick(['DROP', 'REJECT', 'ACCEPT'])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip6tables -${pick(['A', 'I'])} FORWARD ${pick(MATCHES)} -j ${pick(['DROP', 'REJECT', 'RETURN'])}`,
  }),
  (pick) => ({ host: pick(NODES), script: `ip6tables -P ${pick(['FORWARD', 'INPUT', 'OUTPUT'])} DROP` }),
  (pick) => ({
    host: pick(NODES),
    script: `ip6tables -t nat -I POSTROUTING ${pick(MATCHES.filter((m) => !/-i /.test(m)))} -j ${pick(['MASQUERADE', 'RETURN'])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip6tables -t raw -A PREROUTING ${pick(MATCHES.filter((m) => !/-o |conntrack|mark/.test(m)))} -j ${pick(['DROP', 'CT --notrack'])}`,
  }),
  (pick) => ({
    host: pick([...NODES, ...PODS]),
    script: `nft -f - <<END
table inet lab { set some { type ipv6_addr
elements = { ${BRIDGED(1)}2, ${ROUTED(2)}2 }
}
chain c { type filter hook ${pick(['forward', 'input', 'output', 'prerouting', 'postrouting'])} priority ${pick(['filter', 'filter - 5', '-310'])}; policy ${pick(['accept', 'accept', 'drop'])}
${pick(['ip6 saddr @some drop', `ip6 daddr { ${BRIDGED(2)}2, ${BRIDGED(1)}3 } drop`, 'meta l4proto ipv6-icmp accept', 'icmpv6 type echo-reply drop', 'icmpv6 type nd-neighbor-solicit drop', 'ip6 hoplimit 62 drop', 'ip6 daddr != fd42::/32 reject', 'ip ttl != 64 drop', 'meta nfproto ipv4 drop'])}
} }
END`,
  }),
];

const TRADES = { routes, rules, neighbours, sysctls, filters };

export function randomEdit6(pick: Pick): Edit {
  const trade = pick([...(Object.keys(TRADES) as (keyof typeof TRADES)[]), 'fdb', 'links'] as const);
  if (trade !== 'fdb' && trade !== 'links') return pick<Maker>(TRADES[trade])(pick);
  for (;;) {
    const edit = randomEdit(pick);
    if (edit.trade === trade) return edit;
  }
}
