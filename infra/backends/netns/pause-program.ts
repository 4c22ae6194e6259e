// The program of a pod's pause process: waits until somebody kills it, in a dozen bytes of machine code. `sleep` does so,
// too, but starting it takes a millisecond, most of which the C library spends on asking the processor for its caches
// (in a virtual machine each such question is one to the hypervisor).

/** From the ELF specification: e_machine, and instructions that call pause(2) or ppoll(2) over and over. */
const PROCESSORS: Readonly<Record<string, { readonly machine: number; readonly code: string }>> = {
  x64: {
    machine: 62,
    code: [
      'b822000000', // again: mov eax, 34 (pause)
      '0f05', //       syscall
      'ebf7', //       jmp again
    ].join(''),
  },
  arm64: {
    machine: 183,
    code: [
      '000080d2', // again: mov x0, #0 (no file descriptors)
      '010080d2', //        mov x1, #0
      '020080d2', //        mov x2, #0 (no time limit)
      '030080d2', //        mov x3, #0 (signals as they are)
      '280980d2', //        mov x8, #73 (ppoll)
      '010000d4', //        svc #0
      'faffff17', //        b again
    ].join(''),
  },
};

const HEADERS = 64 + 56;
const ADDRESS = 0x400000n;
/** The largest page that an arm64 kernel may have. */
const PAGE = 0x10000n;

/** A static ELF executable. @throws Error for a processor whose instructions nobody has written down */
export function pauseProgram(arch: string = process.arch): Buffer {
  const processor = PROCESSORS[arch];
  if (!processor) throw new Error(`backend netns has no pause program for ${arch}: it runs on x64 and arm64`);
  const code = Buffer.from(processor.code, 'hex');
  const size = BigInt(HEADERS + code.length);
  const header = Buffer.alloc(HEADERS);
  header.write('7f454c46020101', 'hex'); // ELF, 64 bits, little-endian, version 1
  header.writeUInt16LE(2, 16); // an executable
  header.writeUInt16LE(processor.machine, 18);
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(ADDRESS + BigInt(HEADERS), 24); // entry
  header.writeBigUInt64LE(64n, 32); // where the program header is
  header.writeUInt16LE(64, 52); // sizes of both headers, and one of the second
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64); // to be loaded,
  header.writeUInt32LE(5, 68); // read and executed
  header.writeBigUInt64LE(ADDRESS, 80);
  header.writeBigUInt64LE(ADDRESS, 88);
  header.writeBigUInt64LE(size, 96);
  header.writeBigUInt64LE(size, 104);
  header.writeBigUInt64LE(PAGE, 112);
  return Buffer.concat([header, code]);
}
