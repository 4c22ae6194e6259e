// Which packets belong to a tracked connection, in which direction (kernel: nf_conntrack_core.c resolve_normal_ct).
import { carried } from '../identity.ts';
import type { Frame } from '../packets/packet.ts';
import type { Candidate, Candidates, Seen } from './causes.ts';
import type { ConntrackTuple } from './conntrack.ts';
import type { Transition } from './transitions.ts';

/** The first packet of a flow makes the entry, the first one back marks it as answered. */
export function connectionPackets(
  { host, change, after }: Transition & { readonly table: 'conntrack' },
  { taps }: Seen,
): Candidates {
  if (after === undefined) return { candidates: [] };
  const tuple = change === 'changed' ? after.reply : after;
  const candidates = taps
    .filter((tap) => tap.host === host)
    .flatMap(({ name, packets }): readonly Candidate[] =>
      packets.flatMap((packet) => (belongs(carried(packet), tuple) ? [{ tap: name, packet }] : [])),
    )
    .sort((a, b) => Number(a.packet.ns - b.packet.ns));
  return {
    candidates,
    ...(candidates.length === 0 && { missing: `no tap of ${host} saw a packet of this connection` }),
  };
}

function belongs({ ipv4, ipv6, icmp, tcp, udp }: Frame, tuple: ConntrackTuple): boolean {
  const ip = ipv4 ?? ipv6;
  if (ip === undefined || ip.src !== tuple.src || ip.dst !== tuple.dst) return false;
  if (tuple.icmp !== undefined) return icmp?.id === tuple.icmp.id && icmp.type === tuple.icmp.type;
  const ports = tcp ?? udp;
  return ports?.srcPort === tuple.srcPort && ports?.dstPort === tuple.dstPort;
}
