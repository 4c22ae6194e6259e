// What the layers' decoders share: the frame under construction, and what may be expected where they are.
import type { Frame } from './packet.ts';

/** A frame while its layers are being found. */
export type Draft = { -readonly [Layer in keyof Frame]: Frame[Layer] };

/** Where a decoder is: on the wire, inside a tunnel, or in what an ICMP error quotes. */
export interface Scope {
  /** UDP destination ports that carry VXLAN. */
  readonly vxlanPorts: readonly number[];
  /** All bytes are there, so a length beyond them is a lie; else the capture or the quotation may have cut them off. */
  readonly whole: boolean;
  /** For what a VXLAN packet carries or an ICMP error quotes. Absent at the deepest level. */
  readonly inner?: Scope;
}

/**
 * Says where decoding stopped; the first to say so is right. It returns nothing, so that a decoder can end with it.
 * @param at byte of the captured frame where the layer that cannot be decoded begins
 */
export function stop(frame: Draft, at: number, why: string): undefined {
  frame.malformed ??= `byte ${at}: ${why}`;
}
