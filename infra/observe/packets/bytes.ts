// Big-endian numbers from bytes. The caller has checked that they are there; typed array reads are what V8 does best.

export function u8(data: Uint8Array, at: number): number {
  return data[at] as number;
}

export function u16(data: Uint8Array, at: number): number {
  return ((data[at] as number) << 8) | (data[at + 1] as number);
}

export function u32(data: Uint8Array, at: number): number {
  return ((u16(data, at) << 16) | u16(data, at + 2)) >>> 0;
}
