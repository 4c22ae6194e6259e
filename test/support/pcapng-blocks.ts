// pcapng as other tools write it: either byte order, any time resolution, packet blocks of every kind.
import { BLOCK, BYTE_ORDER, OPTION, padded } from '../../infra/observe/pcapng.ts';

/** Writes the blocks of one section. */
export class SectionOf {
  readonly #little: boolean;
  readonly #blocks: Buffer[] = [];

  constructor(order: 'little' | 'big') {
    this.#little = order === 'little';
    this.#add(BLOCK.section, this.#u32(BYTE_ORDER), this.#u16(1, 0), Buffer.alloc(8, 0xff));
  }

  /**
   * @param tsresol as in if_tsresol
   * @param offset seconds, as in if_tsoffset
   */
  interface(tsresol?: number, offset?: number): this {
    const seconds = Buffer.alloc(8);
    if (this.#little) seconds.writeBigInt64LE(BigInt(offset ?? 0));
    else seconds.writeBigInt64BE(BigInt(offset ?? 0));
    return this.#add(
      BLOCK.interface,
      ...[this.#u16(1, 0), this.#u32(0)],
      ...(tsresol === undefined ? [] : [this.#option(OPTION.ifTsresol, Buffer.from([tsresol]))]),
      ...(offset === undefined ? [] : [this.#option(OPTION.ifTsoffset, seconds)]),
    );
  }

  enhanced(id: number, stamp: bigint, data: Buffer): this {
    return this.#add(BLOCK.enhanced, this.#u32(id), this.#stamped(stamp, data));
  }

  /** As tools wrote it before 2009. */
  obsolete(id: number, stamp: bigint, data: Buffer): this {
    const unknownDrops = 0xffff;
    return this.#add(BLOCK.packet, this.#u16(id, unknownDrops), this.#stamped(stamp, data));
  }

  file(): Buffer {
    return Buffer.concat(this.#blocks);
  }

  #stamped(stamp: bigint, data: Buffer): Buffer {
    const [high, low] = [Number(stamp >> 32n), Number(stamp & 0xffff_ffffn)];
    return Buffer.concat([this.#u32(high, low, data.length, data.length), filled(data)]);
  }

  #add(type: number, ...parts: readonly Buffer[]): this {
    const body = Buffer.concat(parts);
    const length = 12 + body.length;
    this.#blocks.push(this.#u32(type, length), body, this.#u32(length));
    return this;
  }

  #option(code: number, value: Buffer): Buffer {
    return Buffer.concat([this.#u16(code, value.length), filled(value)]);
  }

  #u16(...values: readonly number[]): Buffer {
    const out = Buffer.alloc(2 * values.length);
    for (const [index, value] of values.entries()) {
      if (this.#little) out.writeUInt16LE(value, 2 * index);
      else out.writeUInt16BE(value, 2 * index);
    }
    return out;
  }

  #u32(...values: readonly number[]): Buffer {
    const out = Buffer.alloc(4 * values.length);
    for (const [index, value] of values.entries()) {
      if (this.#little) out.writeUInt32LE(value, 4 * index);
      else out.writeUInt32BE(value, 4 * index);
    }
    return out;
  }
}

function filled(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc(padded(data.length) - data.length)]);
}
