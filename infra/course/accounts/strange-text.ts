// Texts that come from somebody who may mean harm, before anybody's terminal sees them. Pure.
import { z } from 'zod';

/**
 * Controls but for line ends and tabs, which a terminal would obey, and signs that turn the direction of what follows
 * (Unicode TR 9).
 */
const NOT_SHOWN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is them that are looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** The text without what a terminal would obey: each such sign as `?`. */
export function harmless(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(new RegExp(NOT_SHOWN, 'g'), '?');
}

/** @param most characters */
export function strangeText(most: number) {
  return z.string().max(most).transform(harmless);
}

/**
 * The first text in the value, keys too, that holds what a line of a script or of a batch cannot hold as itself, or that
 * leads out of a directory; undefined when there is none.
 */
export function treacherousText(value: unknown): string | undefined {
  if (typeof value === 'string') return isTreacherous(value) ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = treacherousText(key) ?? treacherousText(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isTreacherous(text: string): boolean {
  return NOT_SHOWN.test(text) || text.includes('\n') || text.split('/').includes('..');
}
