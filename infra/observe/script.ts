// The one shell script that reads a whole network namespace: few processes, every output between unmistakable marks.

/** Directories of host-local's lease files: its default, and the one Kindnet's conflist names. */
export const DEFAULT_LEASE_DIRS: readonly string[] = ['/run/cni-ipam-state', '/var/lib/cni/networks'];

/**
 * `ip` subcommands of the batch, in order: each prints one JSON document. `table all` with no family given dumps
 * IPv4 and IPv6 routes in one go (iproute2 narrows to IPv4 only when a table is named).
 */
export const IP_BATCH = ['addr show', 'route show table all', 'rule show', 'neigh show'] as const;

/**
 * POSIX sh; `$1` is the mark, `$2` the role, the rest lease directories. Marks go to both streams, so that a tool's
 * own words on stderr can be told apart too. lsns gives up without a word when a process ends while it looks at it, so it
 * is asked again. One awk reads all files; one that is gone since the shell listed it (a
 * veth's sysctl, a pod's lease) or that is a pattern without a match is passed over.
 */
export const OBSERVE_SCRIPT = `
mark=$1 role=$2; shift 2
begin() { printf '%s begin %s\\n' "$mark" "$1"; printf '%s begin %s\\n' "$mark" "$1" >&2; }
end() { printf '\\n%s end %s %s\\n' "$mark" "$1" "$2"; }
begin netns; readlink /proc/self/ns/net; end netns $?
begin ip
ip -j -d -batch - <<'BATCH'
${IP_BATCH.join('\n')}
BATCH
end ip $?
begin fdb; bridge -j fdb show; end fdb $?
begin qdisc; tc -j qdisc show; end qdisc $?
if [ "$role" = node ]; then
  begin iptables; iptables-save; end iptables $?
  begin nft; nft -s list ruleset; end nft $?
  begin netnsids; for try in 1 2 3 4 5; do lsns -t net -J -o NS,NETNSID && break; done; end netnsids $?
  for d do shift; set -- "$@" "$d"/*/*; done
  for f in /etc/cni/net.d/*; do [ -f "$f" ] && set -- "$@" "$f"; done
  begin cache; for f in /var/lib/cni/results/*; do [ -f "$f" ] && printf '%s\\n' "$f"; done; end cache 0
else
  set --
fi
set -- "$@" /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_default_ttl \\
  /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/route_localnet \\
  /proc/sys/net/ipv6/conf/*/disable_ipv6 /proc/sys/net/bridge/bridge-nf-call-*
begin files; awk -v "m=$mark" 'BEGIN {
  for (i = 1; i < ARGC; i++) {
    got = (getline line < ARGV[i])
    if (got < 0) continue
    print m " file " ARGV[i]
    for (; got > 0; got = (getline line < ARGV[i])) print line
    close(ARGV[i])
  }
}' "$@"; end files $?
`;
