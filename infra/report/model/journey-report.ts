// A journey with the packets that its taps captured put beside its hops. Pure.
import { isDeepStrictEqual } from 'node:util';
import { capturedHeaders } from '../../journey/headers.ts';
import type { JourneyHop } from '../../journey/journeys.ts';
import type { JourneyObservation } from '../../journey/observation.ts';
import { carried, kindOf } from '../../observe/identity.ts';
import { decoder } from '../../observe/packets/decode.ts';
import type { Packet } from '../../observe/packets/packet.ts';
import type { RawPacket } from '../../observe/pcap.ts';
import type { Pcapng } from '../../observe/pcapng.ts';
import { frameLayers } from './frame-layers.ts';
import type { CapturedPacket, JourneyReport } from './report-model.ts';

/** Bytes that are shown of a packet: all headers, the outer ones of VXLAN too, and the beginning of what they carry. */
const SHOWN_BYTES = 128;

interface Captured {
  readonly raw: RawPacket;
  readonly packet: Packet;
}

/**
 * @param capture as the experiment kept it; without it the hops have the headers that were compared, and no bytes
 * @param vxlanPorts UDP ports that carry VXLAN in this lab
 */
export function journeyReport(
  observed: JourneyObservation,
  capture: Pcapng | undefined,
  vxlanPorts: readonly number[],
): JourneyReport {
  const { ping, journeys, evidence, noise, taps } = observed;
  const byPlace = packetsByPlace(taps, capture, vxlanPorts);
  const captured = (packet: string, { host, dev, seen }: JourneyHop) => {
    if (seen === undefined) return undefined;
    const found = byPlace
      .get(`${host}/${dev}`)
      ?.find(
        (one) =>
          kindOf(carried(one.packet)) === packet && isDeepStrictEqual(capturedHeaders(one.packet), seen),
      );
    return found && capturedPacket(found);
  };
  return {
    ...{ from: ping.from, to: ping.to, transmitted: ping.transmitted, received: ping.received },
    journeys: journeys.map((journey) => ({
      ...journey,
      hops: journey.hops.map((hop) => {
        const packet = captured(journey.packet, hop);
        return packet === undefined ? hop : { ...hop, captured: packet };
      }),
    })),
    evidence,
    noise,
  };
}

function packetsByPlace(
  taps: JourneyObservation['taps'],
  capture: Pcapng | undefined,
  vxlanPorts: readonly number[],
): ReadonlyMap<string, readonly Captured[]> {
  const decode = decoder({ vxlanPorts: [...vxlanPorts] });
  const places = new Map(taps.map(({ name, at, dev }) => [name, `${at}/${dev}`]));
  return new Map(
    capture?.taps.map(({ name, packets }) => [
      places.get(name) ?? name,
      packets.map((raw) => ({ raw, packet: decode(raw) })),
    ]),
  );
}

function capturedPacket({ raw, packet }: Captured): CapturedPacket {
  const bytes = Buffer.from(raw.data.subarray(0, SHOWN_BYTES)).toString('hex');
  return { layers: frameLayers(packet), bytes, length: packet.length };
}
