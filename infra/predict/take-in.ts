// A frame goes up the stack of the host it has reached, if it is meant for it. Source: ip_rcv_core(), arp_rcv().
import type { Branch } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import type { Arrival, Trail, Walk } from './lab.ts';
import { dropped } from './make-hop.ts';
import type { Frame } from './packet.ts';

/** @param meant whether the destination MAC is this interface's, or a group's (pkt_type is not PACKET_OTHERHOST) */
export function takeIn(
  walk: Walk,
  kernel: Kernel,
  link: Link,
  frame: Frame,
  meant: boolean,
  arrival: Arrival,
  t: Trail,
): Branch[] {
  if (!meant) {
    const words = `a frame for ${frame.dst} is not for ${link.name} of ${kernel.name} (${link.mac})`;
    const rule = {
      table: 'interfaces' as const,
      host: kernel.name,
      line: `${link.name}: link/ether ${link.mac}`,
      row: link,
    };
    return [dropped({ kernel, dev: link.name }, 'other-host', words, t.decisions, rule)];
  }
  if (frame.arp) return walk.receiveArp(kernel, link, frame, t);
  return frame.ip ? walk.receiveIp(kernel, link, frame.ip, arrival, t) : [];
}
