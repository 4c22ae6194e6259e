// For which processor a binary is: e_machine of its ELF header (System V ABI, chapter 4; /usr/include/elf.h).

const MACHINES: Readonly<Record<number, string>> = {
  3: 'i686',
  40: 'armv7l',
  62: 'x86_64',
  183: 'aarch64',
  243: 'riscv64',
};
/** Of the header, bytes. */
const [EI_DATA, E_MACHINE] = [5, 18];
/** None of these machines is one with its bytes the other way round, such as aarch64_be. */
const LITTLE_ENDIAN = 1;

/** As `uname -m` says it; undefined when it is no ELF file, or one for a machine that is not known here. */
export function elfMachine(binary: Uint8Array): string | undefined {
  const view = Buffer.from(binary.buffer, binary.byteOffset, binary.byteLength);
  if (view.length < E_MACHINE + 2 || view.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  return view[EI_DATA] === LITTLE_ENDIAN ? MACHINES[view.readUInt16LE(E_MACHINE)] : undefined;
}
