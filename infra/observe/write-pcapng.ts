// Writes pcapng: all taps of a capture in one file, each an interface with its own name, packets in time order.
import { BLOCK, BYTE_ORDER, OPTION, type PcapngPacket, type PcapngTap, padded } from './pcapng.ts';

const LINKTYPE_ETHERNET = 1;
const DEFAULT_SNAPLEN = 262_144;
/** 9: stamps count in 10^-9 s. */
const NANOSECONDS = 9;
/** An option's length has 16 bits. */
const MAX_OPTION = 0xffff;

type Option = readonly [code: number, value: Buffer];

/**
 * One section, little-endian; packets of all taps in time order, those with one stamp in the order of the taps.
 * Texts longer than 65,535 bytes are cut between two characters.
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-opsawg-pcapng
 */
export function writePcapng(taps: readonly PcapngTap[], application = 'cnilab'): Buffer {
  const merged = taps.flatMap((tap, id) => tap.packets.map((packet) => ({ id, packet })));
  // sort() is stable, which keeps the order of the taps for equal stamps.
  merged.sort((a, b) => (a.packet.ns < b.packet.ns ? -1 : a.packet.ns > b.packet.ns ? 1 : 0));
  return Buffer.concat([
    sectionHeader(application),
    ...taps.map(interfaceDescription),
    ...merged.map(({ id, packet }) => enhancedPacket(id, packet)),
  ]);
}

function sectionHeader(application: string): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(BYTE_ORDER, 0);
  body.writeUInt16LE(1, 4);
  // Section length -1: not said, read on until the end.
  body.writeBigInt64LE(-1n, 8);
  return block(BLOCK.section, body, undefined, [[OPTION.userAppl, text(application)]]);
}

function interfaceDescription({ name, description, linkType, snaplen }: PcapngTap): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(linkType ?? LINKTYPE_ETHERNET, 0);
  body.writeUInt32LE(snaplen ?? DEFAULT_SNAPLEN, 4);
  return block(BLOCK.interface, body, undefined, [
    [OPTION.ifName, text(name)],
    ...(description ? [[OPTION.ifDescription, text(description)] as const] : []),
    [OPTION.ifTsresol, Buffer.from([NANOSECONDS])],
  ]);
}

function enhancedPacket(id: number, { ns, data, length, comment }: PcapngPacket): Buffer {
  const head = Buffer.alloc(20);
  const stamp = BigInt.asUintN(64, ns);
  head.writeUInt32LE(id, 0);
  head.writeUInt32LE(Number(stamp >> 32n), 4);
  head.writeUInt32LE(Number(stamp & 0xffff_ffffn), 8);
  head.writeUInt32LE(data.length, 12);
  head.writeUInt32LE(length, 16);
  return block(BLOCK.enhanced, head, data, comment === undefined ? [] : [[OPTION.comment, text(comment)]]);
}

/** Type, length, head, data, options, and the length again; filled with zeros up to multiples of 4 bytes. */
function block(type: number, head: Buffer, data: Buffer | undefined, options: readonly Option[]): Buffer {
  const dataLength = data?.length ?? 0;
  const optionsLength = options.reduce((sum, [, value]) => sum + 4 + padded(value.length), 0);
  // Options, where there are any, end with an empty one.
  const end = options.length > 0 ? 4 : 0;
  const length = 12 + head.length + padded(dataLength) + optionsLength + end;
  const out = Buffer.alloc(length);
  out.writeUInt32LE(type, 0);
  out.writeUInt32LE(length, 4);
  head.copy(out, 8);
  data?.copy(out, 8 + head.length);
  let at = 8 + head.length + padded(dataLength);
  for (const [code, value] of options) {
    out.writeUInt16LE(code, at);
    out.writeUInt16LE(value.length, at + 2);
    value.copy(out, at + 4);
    at += 4 + padded(value.length);
  }
  out.writeUInt32LE(length, length - 4);
  return out;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  if (bytes.length <= MAX_OPTION) return bytes;
  let end = MAX_OPTION;
  // 10xxxxxx: the middle of a UTF-8 character.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
