// A roster: a text with one student's name a line → names, or everything that is wrong with it. Pure.
import { MOST_STUDENTS, nameProblem } from './student-names.ts';

export interface RosterProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** Empty lines, and what follows a `#`, say nothing. Names are in the roster's order. */
export function parseRoster(text: string): {
  readonly names: readonly string[];
  readonly problems: readonly RosterProblem[];
} {
  const first = new Map<string, number>();
  const problems: RosterProblem[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const name = raw.replace(/#.*/, '').trim();
    if (name === '') continue;
    const line = index + 1;
    const before = first.get(name);
    const problem = before === undefined ? nameProblem(name) : `it is on line ${before} already`;
    if (problem === undefined) first.set(name, line);
    else problems.push({ line, message: `"${name}": ${problem}` });
  }
  const names = [...first.keys()];
  if (names.length === 0 && problems.length === 0)
    problems.push({ line: 1, message: 'there is no name in it: write one a line' });
  if (names.length > MOST_STUDENTS)
    problems.push({
      line: 1,
      message: `${names.length} names: a course has at most ${MOST_STUDENTS} students`,
    });
  return { names, problems };
}
