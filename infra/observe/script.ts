// The one shell script that reads a whole network namespace: few processes, every output between unmistakable marks.
import { MARKING } from './sections.ts';

/** Directories of host-local's lease files: its default, and the one Kindnet's conflist names. */
export const DEFAULT_LEASE_DIRS: readonly string[] = ['/run/cni-ipam-state', '/var/lib/cni/networks'];

/**
 * `ip` subcommands of the batch, in order: each prints one JSON document. `table all` with no family given dumps
 * IPv4 and IPv6 routes in one go (iproute2 narrows to IPv4 only when a table is named).
 */
export const IP_BATCH = ['addr show', 'route show table all', 'rule show', 'neigh show'] as const;

/** Of every interface: what decides whether a packet that came in there is taken, forwarded, or asked about by ARP. */
export const FORWARDING_SYSCTLS = [
  ...['forwarding', 'accept_local', 'src_valid_mark', 'ignore_routes_with_linkdown'],
  ...['proxy_arp', 'proxy_arp_pvlan', 'arp_ignore', 'arp_filter', 'arp_announce'],
] as const;

/** The same for IPv6, of every interface. */
export const FORWARDING_SYSCTLS6 = [
  ...['forwarding', 'force_forwarding', 'hop_limit', 'proxy_ndp', 'ignore_routes_with_linkdown'],
  ...['use_oif_addrs_only', 'drop_unicast_in_l2_multicast'],
] as const;

/** More of the batch, for a prediction: `neigh show` leaves out NOARP entries, and proxies are a list of their own. */
export const NEIGHBOUR_BATCH = ['neigh show nud all', 'neigh show proxy'] as const;

/** The runtime's result cache, as libcni keeps it. */
export const CACHE_DIR = '/var/lib/cni/results/';

/** Drawn by each kernel when it boots (random(4)): tells whose clock a host has. */
export const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Said behind the role, such as `node-predict`: everything that decides a packet's way is wanted too. */
export const FOR_PREDICTION = '-predict';

/**
 * POSIX sh; `$1` is the mark, `$2` the role, `$3` the directory of CNI configuration, the rest lease directories. lsns gives up without a word when a process ends while it looks at it, so it
 * is asked again. A prediction wants more: neighbours and sysctls that no table has, and pods' packet filters. Each process
 * takes a millisecond or more, so none is started for what is mostly not there: iptables is asked where nft shows anything or
 * an older iptables has tables, IPv6 where there is an address of it, ip6tables where it has rules. One awk reads all files, of
 * the runtime's cache those that speak of ports; one that is gone since the shell listed it (a veth's sysctl, a pod's lease) or
 * that is a pattern without a match is passed over. A descriptor of the network namespace tells its inode, but not before Linux 5.14.
 */
export const OBSERVE_SCRIPT = `
mark=$1 want=$2 role=\${2%${FOR_PREDICTION}} cni=$3; shift 3
${MARKING}
ip6tables_too() {
  case $1 in *'table ip6 '*) ;; *) { read -r _ < /proc/net/ip6_tables_names; } 2>/dev/null || return 0;; esac
  begin ip6tables; ip6tables-save; end ip6tables $?
}
begin netns
ino=; exec 9< /proc/self/ns/net
while read -r key value; do [ "$key" != ino: ] || ino=$value; done < /proc/self/fdinfo/9
exec 9<&-
if [ "$ino" ]; then printf 'net:[%s]\\n' "$ino"; else readlink /proc/self/ns/net; fi; end netns $?
more=; [ "$want" = "$role" ] || more='${NEIGHBOUR_BATCH.join('\n')}'
begin ip
ip -j -d -batch - <<BATCH
${IP_BATCH.join('\n')}
$more
BATCH
end ip $?
six=; { read -r _ < /proc/net/if_inet6; } 2>/dev/null && six=1
if [ "$six" ]; then
  begin rules6; ip -6 -j -d rule show; end rules6 $?
fi
begin fdb; bridge -j fdb show; end fdb $?
begin qdisc; tc -j qdisc show; end qdisc $?
if [ "$want" != "$role" ] || [ "$role" = node ]; then
  begin nft; rules=$(nft -s list ruleset); code=$?; printf '%s\\n' "$rules"; end nft $code
  if [ $code != 0 ] || [ -n "$rules" ] || { read -r _ < /proc/net/ip_tables_names; } 2>/dev/null; then
    begin iptables; iptables-save; end iptables $?
  fi
  ip6tables_too "$rules"
fi
if [ "$role" = node ]; then
  begin netnsids; for try in 1 2 3 4 5; do lsns -t net -J -o NS,NETNSID && break; done; end netnsids $?
  for d do shift; set -- "$@" "$d"/*/*; done
  for f in "$cni"/* "$cni"/*/*.conf; do [ -f "$f" ] && set -- "$@" "$f"; done
  [ "$want" = "$role" ] || set -- "$@" ${CACHE_DIR}*
  begin cache; for f in ${CACHE_DIR}*; do [ -f "$f" ] && printf '%s\\n' "$f"; done; end cache 0
else
  set --
fi
set -- "$@" /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_default_ttl /proc/sys/net/bridge/bridge-nf-call-* ${BOOT_ID}
each='${perDevice(4, ['rp_filter', 'route_localnet'])} ${perDevice(6, ['disable_ipv6'])}'
if [ "$want" != "$role" ]; then
  set -- "$@" /proc/sys/net/ipv4/icmp_echo_ignore_all /proc/sys/net/ipv6/icmp/echo_ignore_all
  each="$each ${perDevice(4, FORWARDING_SYSCTLS)}"
  [ -z "$six" ] || each="$each ${perDevice(6, FORWARDING_SYSCTLS6)}"
fi
[ -z "$six" ] || set -- "$@" /proc/sys/net/ipv6/conf/all/forwarding
devices=; for d in /proc/sys/net/ipv4/conf/*; do devices="$devices \${d##*/}"; done
begin files; each=$each devices=$devices awk -v "m=$mark" '
function show(path, wanted,   line, got, text) {
  got = (getline line < path)
  if (got < 0) return
  for (; got > 0; got = (getline line < path)) text = text line "\\n"
  close(path)
  if (wanted == "" || index(text, wanted)) printf "%s file %s\\n%s", m, path, text
}
BEGIN {
  for (i = 1; i < ARGC; i++) show(ARGV[i], index(ARGV[i], "${CACHE_DIR}") == 1 ? "\\"portMappings\\"" : "")
  devices = split(ENVIRON["devices"], device, " ")
  names = split(ENVIRON["each"], each, " ")
  for (i = 1; i <= names; i++) for (j = 1; j <= devices; j++) {
    at = index(each[i], "*")
    show(substr(each[i], 1, at - 1) device[j] substr(each[i], at + 1), "")
  }
}' "$@"; end files $?
`;

/** Patterns of these sysctls of every device. */
function perDevice(version: 4 | 6, names: readonly string[]): string {
  return names.map((name) => `/proc/sys/net/ipv${version}/conf/*/${name}`).join(' ');
}
