// What students may be called, and what they are called when nobody says. Pure.

/** A name is part of a stack's, which has at most 100 characters. */
const LONGEST = 40;
/** More than this a machine for a class does not carry, and a typing mistake soon asks for. */
export const MOST_STUDENTS = 500;
/** Stands for everybody where a student is named. */
export const EVERYBODY = 'all';

/** s01, s02, …: as many digits as the last one needs, and two at least. */
export function numberedStudents(count: number): readonly string[] {
  const digits = Math.max(2, String(count).length);
  return Array.from({ length: count }, (_, i) => `s${String(i + 1).padStart(digits, '0')}`);
}

/** Why nobody (or no course) can be called so; undefined when it is fine. */
export function nameProblem(name: string): string | undefined {
  if (name === EVERYBODY) return `"${EVERYBODY}" stands for everybody`;
  if (name.length > LONGEST) return `a name has at most ${LONGEST} characters, this one has ${name.length}`;
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name))
    return 'a name is lower-case letters, digits and "-", with a letter or digit at both ends';
  return undefined;
}
