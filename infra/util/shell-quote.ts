// Quoting for POSIX shells, for commands we send to one and for commands we show to a person.

const SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** One word, quoted only if it needs to be. */
export function shellWord(word: string): string {
  return SAFE.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** An argv as one line that a POSIX shell reads back as the same argv. */
export function shellQuote(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}
