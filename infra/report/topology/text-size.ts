// How wide a text will be, without a browser: a generous estimate for the fonts of the drawing.
import type { TextLine } from './drawing.ts';

/** Of one character, pixels. `fact` is monospaced. */
const CHARACTER: Readonly<Record<TextLine['style'], number>> = { title: 8.2, name: 7.5, fact: 6.7 };

export function textWidth(text: string, style: TextLine['style']): number {
  return Math.ceil([...text].length * CHARACTER[style]);
}

/** The text, or as much of it as there is room for, with `…` in its middle: names differ at their ends. */
export function fitted(text: string, style: TextLine['style'], width: number): string {
  const room = Math.max(2, Math.floor(width / CHARACTER[style]));
  const letters = [...text];
  if (letters.length <= room) return text;
  const tail = Math.floor((room - 1) / 2);
  return `${letters.slice(0, room - 1 - tail).join('')}…${tail === 0 ? '' : letters.slice(-tail).join('')}`;
}
