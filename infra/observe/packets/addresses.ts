// Addresses as text, from bytes. The caller has checked that the bytes are there.
// A capture repeats few addresses many times, so the last text in each slot of a small table is kept.
import { u8, u16, u32 } from './bytes.ts';

/** Slots of each table, a power of two: its memory is bounded, whatever is captured. */
const SLOTS = 1024;

/** What a slot holds: an address as numbers, and its text. */
interface Slot {
  a: number;
  b: number;
  c: number;
  d: number;
  text: string;
}

const table = () => Array.from({ length: SLOTS }, (): Slot => ({ a: -1, b: 0, c: 0, d: 0, text: '' }));
const MACS = table();
const IPV4S = table();
const IPV6S = table();

function slotOf(slots: readonly Slot[], a: number, b: number): Slot {
  const mixed = Math.imul(a ^ Math.imul(b, 0x85eb_ca6b), 0x9e37_79b1);
  return slots[(mixed >>> 16) & (SLOTS - 1)] as Slot;
}

/** `aa:bb:cc:dd:ee:ff` */
export function mac(data: Uint8Array, at: number): string {
  const [a, b] = [u32(data, at), u16(data, at + 4)];
  const slot = slotOf(MACS, a, b);
  if (slot.a !== a || slot.b !== b) {
    slot.text = Array.from(data.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
    slot.a = a;
    slot.b = b;
  }
  return slot.text;
}

export function ipv4(data: Uint8Array, at: number): string {
  const a = u32(data, at);
  const slot = slotOf(IPV4S, a, 0);
  if (slot.a !== a) {
    slot.text = `${u8(data, at)}.${u8(data, at + 1)}.${u8(data, at + 2)}.${u8(data, at + 3)}`;
    slot.a = a;
  }
  return slot.text;
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as `::`. */
export function ipv6(data: Uint8Array, at: number): string {
  const [a, b, c, d] = [u32(data, at), u32(data, at + 4), u32(data, at + 8), u32(data, at + 12)];
  const slot = slotOf(IPV6S, a ^ c, b ^ d);
  if (slot.a !== a || slot.b !== b || slot.c !== c || slot.d !== d) {
    slot.text = compress(Array.from({ length: 8 }, (_, i) => u16(data, at + 2 * i)));
    slot.a = a;
    slot.b = b;
    slot.c = c;
    slot.d = d;
  }
  return slot.text;
}

function compress(groups: readonly number[]): string {
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === 0) run++;
    if (run > length) [start, length] = [i, run];
  }
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  return start < 0 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}
