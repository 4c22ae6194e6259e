// From captured bytes to a Packet. Never throws: what cannot be decoded is said in `malformed`.
import type { RawPacket } from '../pcap.ts';
import { decodeEthernet } from './ethernet.ts';
import type { Draft, Scope } from './layers.ts';
import type { Packet } from './packet.ts';

/** The kernel's default VXLAN port, which flannel uses, and IANA's. */
export const VXLAN_PORTS: readonly number[] = [8472, 4789];
/** A frame in a frame in a frame, or an error about an error about an error, is a lie rather than a lab. */
const MAX_DEPTH = 4;

export interface DecodeOptions {
  /** UDP destination ports that carry VXLAN. @default 8472 and 4789 */
  readonly vxlanPorts?: readonly number[];
}

/** @param raw with fewer bytes than `length` when the capture cut it off */
export type Decode = (raw: RawPacket) => Packet;

/** It keeps nothing of what it has decoded. */
export function decoder({ vxlanPorts = VXLAN_PORTS }: DecodeOptions = {}): Decode {
  const whole = scopes(vxlanPorts, true);
  const cut = scopes(vxlanPorts, false);
  return ({ ns, length, data }) => {
    const packet: Draft & { ns: bigint; length: number } = { ns, length };
    decodeEthernet(data, 0, data.length, packet, data.length < length ? cut : whole);
    if (packet.malformed !== undefined && data.length < length) {
      packet.malformed += ` (${data.length} of ${length} bytes were captured)`;
    }
    return packet;
  };
}

function scopes(vxlanPorts: readonly number[], whole: boolean): Scope {
  let scope: Scope = { vxlanPorts, whole };
  for (let depth = 0; depth < MAX_DEPTH; depth++) scope = { vxlanPorts, whole, inner: scope };
  return scope;
}

/** With the usual VXLAN ports. */
export const decodePacket: Decode = decoder();
