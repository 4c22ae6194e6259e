// Colours, only where somebody sees them: a terminal, and NO_COLOR (https://no-color.org) unset.
import { styleText } from 'node:util';

export type Tone = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** Styles a text for where it will be printed. */
export type Paint = (tone: Tone, text: string) => string;

/** Where a report is printed. */
export interface Terminal {
  readonly paint: Paint;
  /** Columns to stay within; Infinity where nobody looks. */
  readonly width: number;
}

/** Neither colours nor a width: files, pipes, tests. */
export const PLAIN: Terminal = { paint: (_, text) => text, width: Infinity };

/** What a stream can show. FORCE_COLOR and NO_COLOR are obeyed, as Node understands them. */
export function terminalOf(stream: NodeJS.WriteStream): Terminal {
  return {
    paint: (tone, text) => styleText(tone, text, { stream }),
    width: stream.isTTY ? stream.columns || 80 : Infinity,
  };
}
