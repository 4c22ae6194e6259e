// Whether a person's command is to have a terminal on the node, too.

/** Otherwise what passes through it would be changed: line ends, and what looks like a key. */
export function hasTerminal(): boolean {
  return Boolean(process.stdin.isTTY && process.stdout.isTTY);
}
