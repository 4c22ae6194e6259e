// What is long is cut, and says how long it was and where all of it is: nothing is left out in silence.

/** The first `most` of a list, and a line that says how many are left out; undefined when none are. */
export function firstOf<T>(
  rows: readonly T[],
  most: number,
  noun: string,
  where: string,
): { readonly rows: readonly T[]; readonly note: string | undefined } {
  if (rows.length <= most) return { rows, note: undefined };
  return {
    rows: rows.slice(0, most),
    note: `the first ${most} of ${rows.length} ${noun}; all are in ${where}`,
  };
}

/** Letters. */
const LONGEST_VALUE = 4_000;

/** A text as it is, anything else as JSON, a line for each element of a list; cut. @param most letters */
export function valueText(value: unknown, where: string, most = LONGEST_VALUE): string {
  const whole = typeof value === 'string' ? value : jsonText(value);
  if (whole.length <= most) return whole;
  return `${whole.slice(0, most)}\n… ${whole.length - most} more characters, all of it in ${where}`;
}

function jsonText(value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value, null, 1) ?? 'nothing';
  if (value.length === 0) return '[]';
  return value.map((row) => JSON.stringify(row)).join('\n');
}
