// Reads one console block: its terminal, and each command with the lines that it is shown to print. Pure.
import type { CommandBlock, GuideCommand, Mark } from './guide.ts';

/**
 * A command is a line behind `$ `, then lines behind `> ` or after a backslash; all up to the next one is its output.
 *
 * @param from line of the opening fence, counted from 0
 * @param to line of the closing one
 * @param indent spaces before the fence
 */
export function parseBlock(
  lines: readonly string[],
  from: number,
  to: number,
  indent: number,
  marks: readonly Mark[],
): CommandBlock {
  const text = (at: number) => (lines[at] ?? '').slice(indent);
  const commands: GuideCommand[] = [];
  const terminal = /^# (.*)$/.exec(text(from + 1))?.[1];
  let at = from + 1;
  while (at < to && !text(at).startsWith('$ ')) at++;
  while (at < to) {
    const line = at + 1;
    const words = [text(at).slice(2)];
    at++;
    while (at < to && (text(at).startsWith('> ') || words.at(-1)?.endsWith('\\'))) {
      words.push(text(at).startsWith('> ') ? text(at).slice(2) : text(at));
      at++;
    }
    const shown = { from: at, to: at };
    while (at < to && !text(at).startsWith('$ ')) at++;
    shown.to = at;
    const output = Array.from({ length: shown.to - shown.from }, (_, index) => text(shown.from + index));
    commands.push({ text: words.join('\n'), line, output, shown });
  }
  return { kind: 'block', line: from + 1, indent, terminal, marks, commands };
}
