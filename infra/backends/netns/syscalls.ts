// Numbers of the system calls that the Perl scripts make by themselves (the kernel's own tables: x86's syscall_64.tbl and
// include/uapi/asm-generic/unistd.h).

const NUMBERS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  x64: {
    clock_gettime: 228,
    dup3: 292,
    execve: 59,
    mount: 165,
    pivot_root: 155,
    rt_sigprocmask: 14,
    sethostname: 170,
    setns: 308,
    setsid: 112,
    signalfd4: 289,
    statfs: 137,
    umount2: 166,
    unshare: 272,
  },
  arm64: {
    clock_gettime: 113,
    dup3: 24,
    execve: 221,
    mount: 40,
    pivot_root: 41,
    rt_sigprocmask: 135,
    sethostname: 161,
    setns: 268,
    setsid: 157,
    signalfd4: 74,
    statfs: 43,
    umount2: 39,
    unshare: 97,
  },
};

/** What uname(2) calls them. */
const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

/** Such as "unshare=272". @throws Error on a processor that nobody has looked them up for */
export function syscallNumbers(arch: string = process.arch): readonly string[] {
  const numbers = NUMBERS[arch];
  if (!numbers)
    throw new Error(`backend netns does not know the system calls of ${arch}: it runs on x64 and arm64`);
  return words(numbers);
}

/** The same for a machine that is not this one: such as "x86_64/unshare=272", by the name that `uname -m` gives. */
export function allSyscallNumbers(): readonly string[] {
  return Object.entries(NUMBERS).flatMap(([arch, numbers]) =>
    words(numbers).map((word) => `${MACHINES[arch]}/${word}`),
  );
}

function words(numbers: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(numbers).map(([name, number]) => `${name}=${number}`);
}
