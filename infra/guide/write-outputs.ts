// Puts what commands printed in place of what a guide shows. Pure.
import type { PlayedCommand } from './play-guide.ts';

/** @returns the guide's text with the new outputs; one that leaves lines out (…) and is right still leaves them out */
export function writeOutputs(text: string, played: readonly PlayedCommand[]): string {
  const lines = text.split('\n');
  // From the end, so that earlier line numbers stay what they are.
  for (const { command, block, printed, difference } of played.toReversed()) {
    const output = difference ? printed : shortened(printed, command.output);
    const { from, to } = command.shown;
    const margin = ' '.repeat(block.indent);
    lines.splice(from, to - from, ...output.map((line) => (line === '' ? '' : margin + line)));
  }
  return lines.join('\n');
}

function shortened(printed: readonly string[], shown: readonly string[]): readonly string[] {
  const at = shown.indexOf('…');
  if (at === -1) return printed;
  // Of several, the first one takes all.
  const after = shown.length - 1 - shown.lastIndexOf('…');
  return [...printed.slice(0, at), '…', ...printed.slice(printed.length - after)];
}
