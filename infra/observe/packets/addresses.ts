// Addresses as text, from bytes. The caller has checked that the bytes are there.

/** `aa:bb:cc:dd:ee:ff` */
export function mac(data: Buffer, at: number): string {
  return [...data.subarray(at, at + 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

export function ipv4(data: Buffer, at: number): string {
  return data.subarray(at, at + 4).join('.');
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as `::`. */
export function ipv6(data: Buffer, at: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => data.readUInt16BE(at + 2 * i));
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
