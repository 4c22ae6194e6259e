// Compares what a command printed with what the guide shows. Pure.

import { canonicalOutput } from './canonical-output.ts';
import type { GuideCommand, Mark } from './guide.ts';

export interface OutputDifference {
  readonly command: GuideCommand;
  /** Lines in canonical form, without what both begin and end with. */
  readonly expected: readonly string[];
  readonly got: readonly string[];
  /** Line of the guide where the two part, from 1. */
  readonly line: number;
}

/** A line of the guide that stands for any number of lines. */
const ELLIPSIS = '…';

/** Commands whose lines come as the kernel's hashes, or several makers at once, would have it. */
const ANY_ORDER = [
  /\blsns\b/,
  /\bbridge fdb\b/,
  /\bbridge link\b/,
  /\btc qdisc\b/,
  /\bnpm run -s (up|down)\b/,
  /\blab -- graph\b/,
];

/** @returns undefined when both say the same */
export function compareOutput(
  command: GuideCommand,
  printed: readonly string[],
  marks: readonly Mark[] = [],
): OutputDifference | undefined {
  const anyOrder = marks.includes('any-order') || ANY_ORDER.some((pattern) => pattern.test(command.text));
  const inOrder = (lines: readonly string[]) => (anyOrder ? lines.toSorted() : lines);
  const expected = inOrder(canonicalOutput(command.text, command.output));
  const got = inOrder(canonicalOutput(command.text, printed));
  if (matches(expected, got)) return undefined;
  let from = 0;
  while (from < expected.length && from < got.length && expected[from] === got[from]) from++;
  let to = 0;
  while (to < expected.length - from && to < got.length - from && expected.at(-1 - to) === got.at(-1 - to))
    to++;
  return {
    command,
    expected: expected.slice(from, expected.length - to),
    got: got.slice(from, got.length - to),
    line: command.output.length === 0 || anyOrder ? command.line : command.shown.from + 1 + from,
  };
}

/** Line by line; `…` takes as many lines as there are before the next one that is shown. */
function matches(expected: readonly string[], got: readonly string[]): boolean {
  const at = expected.indexOf(ELLIPSIS);
  if (at === -1)
    return expected.length === got.length && expected.every((line, index) => line === got[index]);
  if (at > got.length || expected.slice(0, at).some((line, index) => line !== got[index])) return false;
  const rest = expected.slice(at + 1);
  for (let from = at; from <= got.length; from++) if (matches(rest, got.slice(from))) return true;
  return false;
}
