// What ICMPv6 tells hosts of a link: neighbour discovery (RFC 4861) and multicast listeners (RFC 2710, RFC 9777).
import { ipv6, mac } from './addresses.ts';
import { u8, u16, u32 } from './bytes.ts';
import type { IcmpDraft } from './icmp.ts';
import { type Draft, stop } from './layers.ts';

const OPTION = { sourceLinkAddress: 1, targetLinkAddress: 2, prefix: 3, mtu: 5 } as const;
/** Bytes before the options, by type. */
const FIXED: Readonly<Record<number, number>> = { 133: 8, 134: 16, 135: 24, 136: 24, 137: 40 };
const [REPORT_2, QUERY] = [143, 130];
const ADDRESS = 16;
/** Bytes of a listener message that come before its groups, and of one record of a version 2 report. */
const [LISTENER_HEADER, RECORD] = [8, 20];

/** Fills in what the message has; other kinds of ICMPv6 stay as they are. */
export function decodeNeighbourDiscovery(
  data: Uint8Array,
  at: number,
  end: number,
  frame: Draft,
  icmp: IcmpDraft,
): undefined {
  if (icmp.type >= QUERY && icmp.type < 133) return decodeListener(data, at, end, frame, icmp);
  if (icmp.type === REPORT_2) return decodeReport(data, at, end, frame, icmp);
  const fixed = FIXED[icmp.type];
  if (fixed === undefined) return;
  if (end - at < fixed) return stop(frame, at, 'the neighbour discovery message is cut off');
  if (icmp.type === 134) icmp.routerLifetime = u16(data, at + 6);
  else if (fixed > 16) icmp.target = ipv6(data, at + 8);
  if (icmp.type === 136) {
    const bits = u8(data, at + 4);
    icmp.flags = `${bits & 0x80 ? 'R' : ''}${bits & 0x40 ? 'S' : ''}${bits & 0x20 ? 'O' : ''}`;
  }
  decodeOptions(data, at + fixed, end, frame, icmp);
}

function decodeOptions(
  data: Uint8Array,
  from: number,
  end: number,
  frame: Draft,
  icmp: IcmpDraft,
): undefined {
  const prefixes: string[] = [];
  for (let at = from; at < end; ) {
    // RFC 4861 section 4.6: lengths are in units of 8 bytes, and 0 makes the whole packet invalid.
    const length = at + 1 < end ? u8(data, at + 1) * 8 : 0;
    if (length === 0 || at + length > end) {
      stop(frame, at, `a neighbour discovery option of ${length} bytes in ${end - at}`);
      break;
    }
    const type = u8(data, at);
    if (type === OPTION.sourceLinkAddress || type === OPTION.targetLinkAddress)
      icmp.linkAddress = mac(data, at + 2);
    else if (type === OPTION.mtu) icmp.mtu = u32(data, at + 4);
    else if (type === OPTION.prefix && length === 32)
      prefixes.push(`${ipv6(data, at + 16)}/${u8(data, at + 2)}`);
    at += length;
  }
  if (prefixes.length > 0) icmp.prefixes = prefixes;
}

/** Queries of both versions, and reports and done messages of version 1: one group, `::` in a general query. */
function decodeListener(data: Uint8Array, at: number, end: number, frame: Draft, icmp: IcmpDraft): undefined {
  if (end - at < LISTENER_HEADER + ADDRESS)
    return stop(frame, at, 'the multicast listener message is cut off');
  const group = ipv6(data, at + LISTENER_HEADER);
  icmp.groups = group === '::' ? [] : [group];
}

function decodeReport(data: Uint8Array, from: number, end: number, frame: Draft, icmp: IcmpDraft): undefined {
  const groups: string[] = [];
  icmp.groups = groups;
  let at = from + LISTENER_HEADER;
  for (let left = u16(data, from + 6); left > 0; left--) {
    if (end - at < RECORD) return stop(frame, at, 'the multicast listener report is cut off');
    groups.push(ipv6(data, at + 4));
    // Behind the group come its sources, and auxiliary data in units of 4 bytes.
    at += RECORD + u16(data, at + 2) * ADDRESS + u8(data, at + 1) * 4;
  }
}
