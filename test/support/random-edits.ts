// Random changes of a lab's kernel state, as commands: routes, rules, neighbours, FDB entries, sysctls, filters, links.
// It knows names and addresses of the lab, and nothing of how anything is predicted.

import type { Pick } from '../../scripts/bench/random-numbers.ts';

export interface Edit {
  readonly host: string;
  /** Shell text, run in the host's network namespace. */
  readonly script: string;
}

const NODES = ['n1', 'n2'];
const PODS = ['a1', 'b1', 'c1', 'a2', 'b2', 'c2'];
const PREFIXES = ['10.42.1.0/24', '10.42.2.0/24', '10.44.1.0/24', '10.44.2.0/24', '10.42.0.0/16', 'default'];
const HOSTS = [
  '10.42.1.2',
  '10.42.1.3',
  '10.42.2.2',
  '10.42.2.3',
  '10.44.1.2',
  '10.44.2.2',
  '192.168.50.2',
  '192.168.50.3',
];
const MACS = [
  '02:00:02:01:00:01',
  '02:00:02:01:00:02',
  '02:00:02:02:00:01',
  '02:00:01:01:00:00',
  '02:00:03:02:00:00',
  '02:00:0f:00:00:01',
];
const PORTS = ['a', 'b', 'c', 'eth0', 'cni0', 'flannel.1'];
const MATCHES = [
  ...[
    '-p icmp',
    '-p udp',
    '-p udp --dport 8472',
    '-p icmp --icmp-type echo-reply',
    '-p icmp --icmp-type echo-request',
  ],
  ...['-m conntrack --ctstate NEW', '-m conntrack --ctstate ESTABLISHED', '-m conntrack --ctstate INVALID'],
  ...[
    '-m addrtype --dst-type LOCAL',
    '-m addrtype ! --src-type LOCAL',
    '-m mark --mark 0x7',
    '! -s 10.42.1.0/24',
  ],
  ...[
    '-m length --length 0:200',
    '-m ttl --ttl-lt 63',
    '-m physdev --physdev-is-bridged',
    '-m ttl --ttl-eq 64',
  ],
  ...[
    '-s 10.42.1.2',
    '-d 10.42.1.2',
    '-s 10.42.0.0/16',
    '-d 10.44.2.0/24',
    '-i cni0',
    '-o cni0',
    '-i c',
    '! -i eth0',
  ],
];

type Maker = (pick: Pick) => Edit;

const routes: readonly Maker[] = [
  (pick) => ({ host: pick(NODES), script: `ip route del ${pick(PREFIXES)}` }),
  (pick) => ({ host: pick(PODS), script: 'ip route del default' }),
  (pick) => ({
    host: pick([...NODES, ...PODS]),
    script: `ip route add ${pick(['blackhole', 'unreachable', 'prohibit', 'throw'])} ${pick([...HOSTS, ...PREFIXES.slice(0, 4)])} metric ${pick([0, 5])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip route replace ${pick([...PREFIXES, ...HOSTS])} via ${pick(['192.168.50.2', '192.168.50.3', '192.168.50.1', '192.168.50.77'])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip route replace ${pick([...HOSTS, '10.42.0.0/15'])} dev ${pick(PORTS)}`,
  }),
  (pick) => ({
    host: pick(PODS),
    script: `ip route add ${pick(HOSTS)} dev eth0 ${pick(['', 'scope link', 'metric 7'])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip route add ${pick(['10.42.1.0/25', '10.42.2.0/25', '10.44.2.0/25'])} ${pick(['dev cni0', 'via 192.168.50.3', 'dev c', 'via 10.42.2.0 dev flannel.1 onlink'])}`,
  }),
  (pick) => ({ host: pick([...NODES, ...PODS]), script: `ip route del local ${pick(HOSTS)} table local` }),
  (pick) => ({ host: pick([...NODES, ...PODS]), script: `ip route add local ${pick(HOSTS)} dev lo` }),
  (pick) => ({
    host: pick(NODES),
    script: `ip route change 10.42.${pick([1, 2])}.0/24 dev cni0 mtu ${pick([600, 1200])}`,
  }),
];

const rules: readonly Maker[] = [
  (pick) => ({
    host: pick([...NODES, ...PODS]),
    script: `ip rule add ${pick(['from', 'to'])} ${pick([...HOSTS, '10.42.0.0/16', 'all'])} table ${pick(['100', 'main', 'default'])} prio ${pick([10, 100, 40000])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip rule add from ${pick(HOSTS)} ${pick(['unreachable', 'prohibit', 'blackhole'])} prio ${pick([5, 500])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip rule add iif ${pick([...PORTS, 'lo'])} table 100 prio 50; ip route add table 100 ${pick(['blackhole default', 'default via 192.168.50.3', 'throw default', 'unreachable 10.0.0.0/8', '10.42.2.0/24 via 192.168.50.3'])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `iptables -t mangle -A PREROUTING ${pick(MATCHES)} -j MARK --set-mark 0x${pick(['7', '17'])}; ip rule add ${pick(['', 'not '])}fwmark 0x7${pick(['', '/0xf'])} table 101 prio 60; ip route add blackhole default table 101`,
  }),
  (pick) => ({ host: pick([...NODES, ...PODS]), script: `ip rule del pref ${pick([32766, 32767, 0])}` }),
  (pick) => ({
    host: pick(NODES),
    script: `ip rule add ${pick(['to', 'from'])} 10.42.0.0/16 table main suppress_prefixlength ${pick([0, 16, 24])} prio 90; ip rule add ${pick(['blackhole', 'lookup 102'])} prio 91`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip rule add goto ${pick([200, 32767])} from ${pick(HOSTS)} prio 150; ip rule add unreachable to ${pick(HOSTS)} prio 200`,
  }),
  (pick) => ({
    host: pick([...NODES, ...PODS]),
    script: `ip rule add ipproto ${pick(['icmp', 'tcp'])} ${pick(['unreachable', 'table 103'])} prio 70`,
  }),
];

const neighbours: readonly Maker[] = [
  (pick) => ({
    host: pick(NODES),
    script: `ip neigh replace ${pick(HOSTS)} lladdr ${pick(MACS)} dev ${pick(PORTS)} nud ${pick(['permanent', 'stale', 'reachable', 'noarp'])}`,
  }),
  (pick) => ({
    host: pick(PODS),
    script: `ip neigh replace ${pick(['10.42.1.1', '10.42.2.1', '10.44.1.1', '10.44.2.1', ...HOSTS])} lladdr ${pick(MACS)} dev eth0 nud ${pick(['permanent', 'stale', 'reachable'])}`,
  }),
  (pick) => ({ host: pick(NODES), script: `ip neigh del ${pick(['10.42.1.0', '10.42.2.0'])} dev flannel.1` }),
  (pick) => ({ host: pick([...NODES, ...PODS]), script: 'ip neigh flush all' }),
  (pick) => ({
    host: pick(NODES),
    script: `ip neigh add proxy ${pick(HOSTS)} dev ${pick(['cni0', 'c', 'eth0'])}`,
  }),
];

const fdb: readonly Maker[] = [
  (pick) => ({
    host: pick(NODES),
    script: `bridge fdb replace ${pick(MACS.slice(0, 4))} dev ${pick(['a', 'b'])} master ${pick(['static', 'permanent', 'static sticky'])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `bridge fdb flush dev ${pick(['a', 'b'])} || bridge fdb del ${pick(MACS)} dev a master`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `bridge fdb del ${pick(['02:00:03:01:00:00', '02:00:03:02:00:00'])} dev flannel.1 self`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `bridge fdb replace ${pick(['02:00:03:01:00:00', '02:00:03:02:00:00'])} dev flannel.1 dst ${pick(['192.168.50.1', '192.168.50.2', '192.168.50.3', '192.168.50.99'])} self permanent`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `bridge fdb append 00:00:00:00:00:00 dev flannel.1 dst ${pick(['192.168.50.2', '192.168.50.3'])} self permanent`,
  }),
  (pick) => ({
    host: 'underlay',
    script: `bridge fdb replace ${pick(['02:00:00:01:00:01', '02:00:00:02:00:01'])} dev ${pick(['u1', 'u2'])} master ${pick(['static', 'permanent', 'static sticky'])}`,
  }),
];

/** What goes past the tunnel comes back through it: what rp_filter looks at. */
const crooked: Maker = (pick) => {
  const peer = pick([1, 2]);
  return {
    host: `n${3 - peer}`,
    script: `${conf(pick(['flannel.1', 'all']), 'rp_filter', pick([1, 1, 2]))}; ip route replace 10.42.${peer}.0/24 via 192.168.50.${peer + 1}`,
  };
};
const write = (name: string, value: number | string) => `echo ${value} > /proc/sys/net/${name}`;
const conf = (dev: string, key: string, value: number) => write(`ipv4/conf/${dev}/${key}`, value);
const sysctls: readonly Maker[] = [
  crooked,
  crooked,
  (pick) => ({ host: pick(NODES), script: write('ipv4/ip_forward', 0) }),
  (pick) => ({ host: pick(NODES), script: conf(pick(PORTS), 'forwarding', 0) }),
  (pick) => ({ host: pick(NODES), script: conf(pick([...PORTS, 'all']), 'rp_filter', pick([1, 2])) }),
  (pick) => ({ host: pick(PODS), script: conf(pick(['eth0', 'all']), 'rp_filter', pick([1, 2])) }),
  (pick) => ({ host: pick(NODES), script: conf(pick([...PORTS, 'all']), 'proxy_arp', 1) }),
  (pick) => ({ host: pick(NODES), script: conf(pick([...PORTS, 'all']), 'arp_ignore', pick([1, 2, 3, 8])) }),
  (pick) => ({ host: pick(PODS), script: conf(pick(['eth0', 'all']), 'arp_ignore', pick([1, 2, 8])) }),
  (pick) => ({ host: pick(NODES), script: conf(pick([...PORTS, 'all']), 'arp_filter', 1) }),
  (pick) => ({ host: pick(NODES), script: conf('all', 'arp_announce', pick([1, 2])) }),
  (pick) => ({ host: pick([...NODES, ...PODS]), script: write('ipv4/icmp_echo_ignore_all', 1) }),
  (pick) => ({
    host: pick([...NODES, 'underlay']),
    script: write('bridge/bridge-nf-call-iptables', pick([0, 1])),
  }),
  (pick) => ({ host: pick(NODES), script: conf(pick(PORTS), 'accept_local', 1) }),
  (pick) => ({ host: pick(PODS), script: write('ipv4/ip_default_ttl', pick([1, 2, 3])) }),
];

const filters: readonly Maker[] = [
  (pick) => ({
    host: pick([...NODES, ...PODS]),
    script: `iptables -${pick(['A', 'I'])} ${pick(['INPUT', 'OUTPUT'])} ${pick(MATCHES.filter((m) => !/-[io] |physdev/.test(m)))} -j ${pick(['DROP', 'REJECT', 'ACCEPT'])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `iptables -${pick(['A', 'I'])} FORWARD ${pick(MATCHES)} -j ${pick(['DROP', 'REJECT', 'RETURN'])}`,
  }),
  (pick) => ({ host: pick(NODES), script: `iptables -P ${pick(['FORWARD', 'INPUT', 'OUTPUT'])} DROP` }),
  (pick) => ({
    host: pick(NODES),
    script: `iptables -F LAB-FWD; iptables -P FORWARD DROP; iptables -A FORWARD ${pick(MATCHES)} -j ACCEPT`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `iptables -t nat -I POSTROUTING ${pick(MATCHES.filter((m) => !/-i |physdev/.test(m)))} -j ${pick(['MASQUERADE', 'SNAT --to-source 192.168.50.2', 'RETURN', 'SNAT --to-source 10.42.1.1'])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `iptables -t nat -A PREROUTING -d ${pick(HOSTS)} -j DNAT --to-destination ${pick(HOSTS)}`,
  }),
  (pick) => ({
    host: pick([...NODES, ...PODS]),
    script: `iptables -t nat -A OUTPUT -d ${pick(HOSTS)} -j DNAT --to-destination ${pick(HOSTS)}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `iptables -t raw -A PREROUTING ${pick(MATCHES.filter((m) => !/-o |conntrack|mark|physdev/.test(m)))} -j ${pick(['DROP', 'CT --notrack'])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `iptables -N DEEP; iptables -A DEEP ${pick(MATCHES)} -j RETURN; iptables -A DEEP -j DROP; iptables -I FORWARD ${pick(MATCHES)} -j DEEP`,
  }),
  (pick) => ({
    host: pick([...NODES, ...PODS]),
    script: `nft -f - <<END
table inet lab { set some { type ipv4_addr
elements = { 10.42.1.2, 10.44.2.2 }
}
chain c { type filter hook ${pick(['forward', 'input', 'output', 'prerouting', 'postrouting'])} priority ${pick(['filter', 'filter - 5', '-310'])}; policy ${pick(['accept', 'accept', 'drop'])}
${pick(['ip saddr @some drop', 'ip daddr { 10.42.2.2, 10.42.1.3 } drop', 'meta l4proto icmp accept', 'icmp type echo-reply drop', 'ip ttl 62 drop', 'ip daddr != 10.42.0.0/16 reject', 'ip length 0-90 return'])}
} }
END`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `nft -f - <<END
table ip natty { chain c { type nat hook ${pick(['postrouting priority srcnat', 'postrouting priority 101', 'postrouting priority 90'])}
${pick(['oifname "eth0" masquerade', 'ip daddr 10.42.1.0/24 masquerade', 'ip saddr 10.42.1.2 snat to 192.168.50.2', 'oifname "c*" masquerade'])}
} }
END`,
  }),
];

const links: readonly Maker[] = [
  (pick) => ({ host: pick(NODES), script: `ip link set dev ${pick(PORTS)} down` }),
  (pick) => ({
    host: pick(PODS),
    script: `ip link set dev eth0 ${pick(['down', 'down', 'arp off', 'mtu 600'])}`,
  }),
  (pick) => ({ host: pick(NODES), script: `ip link set dev ${pick(['a', 'b'])} nomaster` }),
  (pick) => ({ host: pick(NODES), script: `ip link set dev ${pick(PORTS)} mtu ${pick([600, 1000, 1300])}` }),
  (pick) => ({
    host: pick(NODES),
    script: `bridge link set dev ${pick(['a', 'b'])} ${pick(['hairpin off', 'isolated on', 'learning off', 'flood off', 'bcast_flood off', 'state 4', 'state 0', 'state 2'])}`,
  }),
  (pick) => ({ host: pick(NODES), script: 'for p in a b; do bridge link set dev $p isolated on; done' }),
  (pick) => ({
    host: pick(PODS),
    script: `ip link set dev eth0 address ${pick(['02:00:0e:00:00:01', ...MACS])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip link set flannel.1 address ${pick(['02:00:0e:00:00:02', '02:00:03:01:00:00'])}`,
  }),
  (pick) => ({
    host: pick([...PODS, ...NODES]),
    script: `ip addr add ${pick(HOSTS)}/${pick([32, 24])} dev ${pick(['eth0', 'lo'])}`,
  }),
  (pick) => ({
    host: pick(PODS),
    script: `ip addr flush dev eth0; ip addr add ${pick(HOSTS)}/16 dev eth0; ip route add default dev eth0`,
  }),
  (pick) => ({
    host: 'underlay',
    script: `ip link set dev ${pick(['u1', 'u2'])} ${pick(['down', 'nomaster', 'mtu 1480', 'mtu 700'])}`,
  }),
  (pick) => ({
    host: pick(NODES),
    script: `ip link add up0 type veth peer name up1; ip link set up0 ${pick(['', 'master cni0 '])}up; ip link set up1 up; ip addr add 10.42.1.9/24 dev up1`,
  }),
];

/** One of every trade as likely as the others. */
const TRADES = { routes, rules, neighbours, fdb, sysctls, filters, links };
export type Trade = keyof typeof TRADES;

export function randomEdit(pick: Pick): Edit & { readonly trade: Trade } {
  const trade = pick(Object.keys(TRADES) as Trade[]);
  return { ...pick<Maker>(TRADES[trade])(pick), trade };
}
