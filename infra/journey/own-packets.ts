// Which captured packets are the series' own: by the cookie in their payload, whatever id, address or port they have.
import type { Packet } from '../observe/packets/packet.ts';
import type { DecodedTap } from '../observe/paths.ts';

/** Bytes of payload in which ping's time stamp and the whole cookie have room. */
export const COOKIE_FROM = 24;

/**
 * ICMP ids are 16 bits that any process may draw, so two series may have the same. A payload too short for a cookie
 * leaves nothing to tell them apart by: then every packet is taken for the series' own.
 * @param size bytes of payload
 * @param cookie hexadecimal, as `ping -p` takes it
 */
export function ownPackets(
  decoded: readonly Pick<DecodedTap, 'packets' | 'raw'>[],
  size: number,
  cookie: string,
): (packet: Packet) => boolean {
  if (size < COOKIE_FROM) return () => true;
  const bytes = Buffer.from(cookie, 'hex');
  const own = new Set<Packet>();
  for (const { packets, raw } of decoded) {
    packets.forEach((packet, index) => {
      if (raw[index]?.data.includes(bytes)) own.add(packet);
    });
  }
  return (packet) => own.has(packet);
}
