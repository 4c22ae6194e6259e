// Texts of strangers (a pod's name, what a command printed, a packet's payload) as what they are: never as orders to a terminal.

/**
 * Controls but for tab and the ends of lines, and signs that turn the direction of what follows (Unicode TR 9, "Trojan
 * Source"), as the escapes that name them. In JSON the result means the same.
 */
export function visible(text: string): string {
  return text.replaceAll(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is them that are looked for
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    escaped,
  );
}

/** For a terminal: a carriage return alone, which would write over the line, is shown as well. */
export function printable(text: string): string {
  return visible(text.replaceAll('\r\n', '\n')).replaceAll('\r', escaped);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what is kept begins with one
const STYLE = /(\u001b\[(?:1|2|22|31|32|33|39)m)/;

/** The same, but for bold, dim, red, green, yellow and their ends, which reports are painted with (ECMA-48, SGR). */
export function printableWithStyles(text: string): string {
  const parts = text.split(STYLE);
  return parts.map((part, i) => (i % 2 === 1 ? part : printable(part))).join('');
}

const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
