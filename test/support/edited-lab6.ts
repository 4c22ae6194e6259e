// IPv6 beside the IPv4 of the lab that is made to be broken: the same pods, the same ways, set up by hand with ip(8).
// Bridged pods reach the other node's through the same VXLAN device, whose outer packets stay IPv4.
import type { EditedLab } from './edited-lab.ts';

export const ADDRESSES6: Readonly<Record<string, string>> = {
  underlay: 'fd50::1',
  n1: 'fd50::2',
  n2: 'fd50::3',
  a1: 'fd42:0:0:1::2',
  b1: 'fd42:0:0:1::3',
  c1: 'fd44:0:0:1::2',
  a2: 'fd42:0:0:2::2',
  b2: 'fd42:0:0:2::3',
  c2: 'fd44:0:0:2::2',
};

/** Nobody waits for an address or asks for routers; no redirects and no late answers, which no table shows. */
const QUIET = `for c in /proc/sys/net/ipv6/conf/*; do
for key in accept_dad accept_ra autoconf router_solicitations accept_redirects; do echo 0 > $c/$key; done
echo 1 > $c/mldv2_unsolicited_report_interval; done
for f in /proc/sys/net/ipv6/neigh/*/proxy_delay; do [ ! -e $f ] || echo 0 > $f; done
for c in all default; do echo 0 > /proc/sys/net/ipv6/conf/$c/disable_ipv6; done`;

export async function addIpv6(lab: EditedLab): Promise<void> {
  const scripts: readonly (readonly [string, string])[] = [
    ['underlay', 'ip addr add fd50::1/64 dev under nodad'],
    ...[1, 2].map((k) => [`n${k}`, node(k)] as const),
    ...[1, 2].flatMap((k) => ['a', 'b', 'c'].map((letter) => [`${letter}${k}`, pod(letter, k)] as const)),
  ];
  await Promise.all(scripts.map(([host]) => run(lab, host, QUIET)));
  for (const [host, script] of scripts) await run(lab, host, script);
}

async function run(lab: EditedLab, host: string, script: string): Promise<void> {
  const { exitCode, stderr } = await lab.sh(host, `set -e\n${script}`);
  if (exitCode !== 0) throw new Error(`${host} cannot be given IPv6: ${stderr}`);
}

function node(k: number): string {
  const peer = 3 - k;
  return `echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
ip -batch - <<END
addr add fd50::${k + 1}/64 dev eth0 nodad
route add default via fd50::1
addr add fd42:0:0:${k}::1/64 dev cni0 nodad
addr add fd44:0:0:${k}::1/128 dev c nodad
route add fd44:0:0:${k}::2 dev c
route add fd44:0:0:${peer}::/64 via fd50::${peer + 1}
neigh add fd42:0:0:${peer}:: lladdr 02:00:03:0${peer}:00:00 dev flannel.1 nud permanent
route add fd42:0:0:${peer}::/64 via fd42:0:0:${peer}:: dev flannel.1 onlink
END
ip6tables-restore <<END
*nat
-A POSTROUTING -s fd40::/12 ! -d fd40::/12 -j MASQUERADE
COMMIT
*filter
:LAB-FWD - [0:0]
-A FORWARD -j LAB-FWD
-A LAB-FWD -s fd40::/12 -j ACCEPT
-A LAB-FWD -d fd40::/12 -j ACCEPT
COMMIT
END`;
}

function pod(letter: string, k: number): string {
  const own = ADDRESSES6[`${letter}${k}`];
  const net = letter === 'c' ? `fd44:0:0:${k}` : `fd42:0:0:${k}`;
  const routed = `route del ${net}::/64 dev eth0\nroute add ${net}::1 dev eth0 src ${own}`;
  return `ip -batch - <<END
addr add ${own}/64 dev eth0 nodad
${letter === 'c' ? routed : ''}
route add default via ${net}::1
END`;
}
