// The headers of one packet at one place, predicted or captured, in one form: what is compared, and how two differ.
import { carried } from '../observe/identity.ts';
import type { Packet } from '../observe/packets/packet.ts';
import type { Hop } from '../predict/hop.ts';

export interface Headers {
  readonly srcMac: string;
  readonly dstMac: string;
  readonly src: string;
  readonly dst: string;
  /** Absent in ARP. */
  readonly ttl?: number;
  /** Of the IP packet, bytes; absent in ARP, and for what travels in fragments. */
  readonly length?: number;
  readonly df?: boolean;
  /** What VXLAN has put around it (RFC 7348). */
  readonly outer?: {
    readonly srcMac: string;
    readonly dstMac: string;
    readonly src: string;
    readonly dst: string;
    readonly ttl: number;
    readonly port: number;
    readonly vni: number;
  };
}

export function predictedHeaders(hop: Hop): Headers {
  const { srcMac, dstMac, src, dst, ttl, length, fragment, df, outer, arp } = hop;
  return {
    ...{ srcMac, dstMac, src, dst },
    ...(arp === undefined && { ttl, df, ...(fragment === undefined && { length }) }),
    ...(outer && {
      outer: {
        ...{ srcMac: outer.srcMac, dstMac: outer.dstMac, src: outer.src, dst: outer.dst },
        ...{ ttl: outer.ttl, port: outer.port, vni: outer.vni },
      },
    }),
  };
}

export function capturedHeaders(packet: Packet): Headers {
  const { eth, arp, ipv4, ipv6 } = carried(packet);
  const whole = ipv4 && !ipv4.moreFragments && ipv4.fragmentOffset === 0;
  const { vxlan } = packet;
  const ttl = ipv4?.ttl ?? ipv6?.hopLimit;
  return {
    srcMac: eth?.src ?? '',
    dstMac: eth?.dst ?? '',
    src: arp?.senderIp ?? ipv4?.src ?? ipv6?.src ?? '',
    dst: arp?.targetIp ?? ipv4?.dst ?? ipv6?.dst ?? '',
    ...(ttl !== undefined && { ttl }),
    ...(whole && { length: ipv4.totalLength }),
    ...(ipv4 && { df: ipv4.dontFragment }),
    ...(vxlan && {
      outer: {
        srcMac: packet.eth?.src ?? '',
        dstMac: packet.eth?.dst ?? '',
        src: packet.ipv4?.src ?? packet.ipv6?.src ?? '',
        dst: packet.ipv4?.dst ?? packet.ipv6?.dst ?? '',
        ttl: packet.ipv4?.ttl ?? packet.ipv6?.hopLimit ?? 0,
        port: packet.udp?.dstPort ?? 0,
        vni: vxlan.vni,
      },
    }),
  };
}

/** Where two part, such as `ttl 63 predicted, 64 seen`; what one of them does not say is not compared. */
export function headerDifferences(predicted: Headers, seen: Headers): string[] {
  const own = (['srcMac', 'dstMac', 'src', 'dst', 'ttl', 'length', 'df'] as const).flatMap((field) =>
    different(field, predicted[field], seen[field]),
  );
  if (!predicted.outer || !seen.outer) {
    return predicted.outer === seen.outer
      ? own
      : [...own, predicted.outer ? 'VXLAN predicted, none seen' : 'no VXLAN predicted, but seen'];
  }
  const fields = ['srcMac', 'dstMac', 'src', 'dst', 'ttl', 'port', 'vni'] as const;
  const { outer } = predicted;
  const wrapped = seen.outer;
  return [...own, ...fields.flatMap((field) => different(`outer ${field}`, outer[field], wrapped[field]))];
}

type Value = string | number | boolean | undefined;

function different(field: string, predicted: Value, seen: Value): string[] {
  if (predicted === undefined || seen === undefined || predicted === seen) return [];
  return [`${field} ${predicted} predicted, ${seen} seen`];
}

/** What a hop has changed, such as `TTL 64 → 63`. */
export function rewrites(before: Headers, after: Headers): string[] {
  const words: string[] = [];
  if (before.outer === undefined && after.outer) {
    const { vni, src, dst, port } = after.outer;
    words.push(`wrapped: VXLAN ${vni}, ${src} → ${dst}, UDP ${port}`);
  } else if (before.outer && after.outer === undefined) words.push(`unwrapped: VXLAN ${before.outer.vni}`);
  else if (before.outer && after.outer) words.push(...outerRewrites(before.outer, after.outer));
  if (before.src !== after.src) words.push(`source ${before.src} → ${after.src}`);
  if (before.dst !== after.dst) words.push(`destination ${before.dst} → ${after.dst}`);
  if (before.srcMac !== after.srcMac || before.dstMac !== after.dstMac) {
    words.push(`MACs ${after.srcMac} → ${after.dstMac}`);
  }
  if (before.ttl !== undefined && after.ttl !== undefined && before.ttl !== after.ttl) {
    words.push(`TTL ${before.ttl} → ${after.ttl}`);
  }
  if (before.df !== undefined && after.df !== undefined && before.df !== after.df) {
    words.push(after.df ? 'DF set' : 'DF cleared');
  }
  return words;
}

function outerRewrites(before: NonNullable<Headers['outer']>, after: NonNullable<Headers['outer']>) {
  const words: string[] = [];
  if (before.srcMac !== after.srcMac || before.dstMac !== after.dstMac) {
    words.push(`outer MACs ${after.srcMac} → ${after.dstMac}`);
  }
  if (before.ttl !== after.ttl) words.push(`outer TTL ${before.ttl} → ${after.ttl}`);
  return words;
}
