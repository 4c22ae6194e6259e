// A two-node lab made by hand with ip(8), to be broken: bridged pods over VXLAN, routed pods beside them, and the
// underlay between the nodes. It shares no code with what wires the project's own labs.
import type { Host } from '../../infra/backends/host.ts';
import { pickNetwork } from '../../infra/cni/config-dir.ts';
import { observeHost } from '../../infra/observe/observe-host.ts';
import type { HostSnapshot } from '../../infra/observe/snapshot.ts';
import type { PrivateHost } from './private-host.ts';

export interface EditedLab {
  /** By name: underlay; n1, n2; on each node k the bridged pods ak, bk and the routed pod ck. */
  readonly hosts: ReadonlyMap<string, Host>;
  /** One command in one of them. */
  sh(
    host: string,
    script: string,
  ): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
  observe(names?: readonly string[]): Promise<{ readonly hosts: Record<string, HostSnapshot> }>;
  /** Ends its namespaces; the private host stays. */
  close(): Promise<void>;
}

export const ADDRESSES: Readonly<Record<string, string>> = {
  underlay: '192.168.50.1',
  n1: '192.168.50.2',
  n2: '192.168.50.3',
  a1: '10.42.1.2',
  b1: '10.42.1.3',
  c1: '10.44.1.2',
  a2: '10.42.2.2',
  b2: '10.42.2.3',
  c2: '10.44.2.2',
};
const PODS = ['a', 'b', 'c'] as const;

/** No IPv6 (its noise would teach bridges), no redirects (they leave routes that no table shows), no random ARP delays. */
const QUIET = `for f in /proc/sys/net/ipv6/conf/all/disable_ipv6 /proc/sys/net/ipv6/conf/default/disable_ipv6; do echo 1 > $f; done
for d in all default; do echo 0 > /proc/sys/net/ipv4/conf/$d/accept_redirects; echo 0 > /proc/sys/net/ipv4/conf/$d/send_redirects
echo 0 > /proc/sys/net/ipv4/conf/$d/rp_filter; done
[ ! -d /proc/sys/net/ipv4/neigh/default ] || echo 0 > /proc/sys/net/ipv4/neigh/default/proxy_delay
ip link set lo up`;

/** Only so that one lab's links are not another's that is still being freed. */
let made = 0;

export async function editedLab(machine: PrivateHost): Promise<EditedLab> {
  const lab = `${++made}`;
  const { host } = machine;
  const names = ['underlay', 'n1', 'n2', 'a1', 'b1', 'c1', 'a2', 'b2', 'c2'];
  const started = await host.run([
    'sh',
    '-c',
    `pids=; for i in ${names.join(' ')}; do unshare -n sleep infinity </dev/null >/dev/null 2>&1 & echo $!; pids="$pids $!"; done
     for p in $pids; do until [ "$(readlink /proc/$p/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.01; done; done`,
  ]);
  const pids = new Map(
    started.stdout
      .trim()
      .split('\n')
      .map((pid, i) => [names[i] ?? '', Number(pid)]),
  );
  const pid = (name: string) => pids.get(name) ?? 0;
  const inside = (name: string, script: string) =>
    `nsenter -t ${pid(name)} -n sh -e <<'END_${name}'\n${script}\nEND_${name}`;
  const script = [
    'set -e',
    ...names.map((name) => inside(name, QUIET)),
    ...wiring(pid, lab).map(([n, s]) => inside(n, s)),
  ];
  const wired = await host.run(['sh'], { stdin: script.join('\n') });
  if (wired.exitCode !== 0) throw new Error(`the lab to be edited cannot be wired: ${wired.stderr}`);
  const hosts = new Map(names.map((name) => [name, within(host, name, pid(name))]));
  const of = (name: string) => {
    const found = hosts.get(name);
    if (found === undefined) throw new Error(`no host ${name}`);
    return found;
  };
  return {
    hosts,
    sh: (name, text) => of(name).run(['sh', '-c', text]),
    async observe(observed = names) {
      const read = observed.map(async (name) => {
        const role = name.startsWith('n') || name === 'underlay' ? 'node' : 'pod';
        const options = { forwarding: true, pickNetwork, leaseDirs: [] };
        return [name, await observeHost(of(name), role, options)] as const;
      });
      return { hosts: Object.fromEntries(await Promise.all(read)) };
    },
    async close() {
      await host.run(['sh', '-c', `kill -9 ${[...pids.values()].join(' ')}`]);
    },
  };
}

/** Scripts by host, in order: far ends are made by the node or the underlay that they are plugged into. */
function wiring(pid: (name: string) => number, lab: string): (readonly [string, string])[] {
  const nodes = [1, 2];
  const mac = (kind: number, node: number, n: number) => `02:00:0${kind}:0${node}:00:0${n}`;
  const underlay = [
    'ip link add under type bridge; ip addr add 192.168.50.1/24 dev under; ip link set under up',
    ...nodes.map(
      (k) =>
        `ip link add u${k} type veth peer name eth0 address ${mac(0, k, 1)} netns ${pid(`n${k}`)}; ip link set u${k} master under up`,
    ),
  ].join('\n');
  const node = (k: number) => {
    const peer = 3 - k;
    return `echo 1 > /proc/sys/net/ipv4/ip_forward
ip -batch - <<END
addr add 192.168.50.${k + 1}/24 dev eth0
link set eth0 up
route add default via 192.168.50.1
link add name cni0 address ${mac(1, k, 0)} type bridge
addr add 10.42.${k}.1/24 dev cni0
link set cni0 mtu 1450 up
link add name a type veth peer name eth0 address ${mac(2, k, 1)} netns ${pid(`a${k}`)}
link add name b type veth peer name eth0 address ${mac(2, k, 2)} netns ${pid(`b${k}`)}
link add name c type veth peer name eth0 address ${mac(2, k, 3)} netns ${pid(`c${k}`)}
link set dev a mtu 1450 master cni0 up
link set dev b mtu 1450 master cni0 up
link set dev c up
addr add 10.44.${k}.1/32 dev c
route add 10.44.${k}.2 dev c scope host
route add 10.44.${peer}.0/24 via 192.168.50.${peer + 1}
link add name flannel.1 address ${mac(3, k, 0)} type vxlan id 1 local 192.168.50.${k + 1} dev eth0 dstport 8472 nolearning
addr add 10.42.${k}.0/32 dev flannel.1
link set flannel.1 mtu 1450 up
neigh add 10.42.${peer}.0 lladdr ${mac(3, peer, 0)} dev flannel.1 nud permanent
route add 10.42.${peer}.0/24 via 10.42.${peer}.0 dev flannel.1 onlink
END
bridge link set dev a hairpin on
bridge link set dev b hairpin on
bridge fdb add ${mac(3, peer, 0)} dev flannel.1 dst 192.168.50.${peer + 1} self permanent
iptables-restore <<END
*nat
-A POSTROUTING -s 10.40.0.0/13 ! -d 10.40.0.0/13 -j MASQUERADE
COMMIT
*filter
:LAB-FWD - [0:0]
-A FORWARD -m comment --comment "lab ${lab}" -j LAB-FWD
-A LAB-FWD -s 10.40.0.0/13 -j ACCEPT
-A LAB-FWD -d 10.40.0.0/13 -j ACCEPT
COMMIT
END`;
  };
  const pod = (letter: (typeof PODS)[number], k: number) => {
    const bridged = letter !== 'c';
    const own = ADDRESSES[`${letter}${k}`];
    const gateway = bridged ? `10.42.${k}.1` : `10.44.${k}.1`;
    return `ip -batch - <<END
link set eth0 ${bridged ? 'mtu 1450 ' : ''}up
addr add ${own}/24 dev eth0
${bridged ? '' : `route del ${own?.replace(/\d+$/, '0')}/24 dev eth0\nroute add ${gateway} dev eth0 scope link src ${own}`}
route add default via ${gateway}
END`;
  };
  return [
    ['underlay', underlay],
    ...nodes.map((k) => [`n${k}`, node(k)] as const),
    ...nodes.flatMap((k) => PODS.map((letter) => [`${letter}${k}`, pod(letter, k)] as const)),
  ];
}

function within(host: Host, name: string, pid: number): Host {
  const enter = ['nsenter', '-t', `${pid}`, '-n', '--'];
  return {
    ...host,
    name,
    run: (argv, options) => host.run([...enter, ...argv], options),
    start: (argv, options) => host.start([...enter, ...argv], options),
  };
}
