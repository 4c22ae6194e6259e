import { describe, expect, it } from 'vitest';
import { parseRoster } from '../../../infra/course/parse-roster.ts';
import { nameProblem, numberedStudents } from '../../../infra/course/student-names.ts';

describe('a roster', () => {
  it('has a name a line, in its order, with comments and empty lines', () => {
    const text = '# Tuesday\nzoe\n\r\nada  # sits at the window\r\nbob-2\n';
    expect(parseRoster(text)).toEqual({ names: ['zoe', 'ada', 'bob-2'], problems: [] });
  });

  it('tells everything that is wrong with it, with its line', () => {
    const { problems } = parseRoster('ada\nAda Lovelace\nada\nall\n-x\n');
    expect(problems).toEqual([
      {
        line: 2,
        message:
          '"Ada Lovelace": a name is lower-case letters, digits and "-", with a letter or digit at both ends',
      },
      { line: 3, message: '"ada": it is on line 1 already' },
      { line: 4, message: '"all": "all" stands for everybody' },
      {
        line: 5,
        message: '"-x": a name is lower-case letters, digits and "-", with a letter or digit at both ends',
      },
    ]);
  });

  it('without a name is none', () => {
    expect(parseRoster('\n# nobody yet\n').problems).toEqual([
      { line: 1, message: 'there is no name in it: write one a line' },
    ]);
  });

  it('of more than a machine carries is refused', () => {
    const text = numberedStudents(501).join('\n');
    expect(parseRoster(text).problems.map(({ message }) => message)).toEqual([
      '501 names: a course has at most 500 students',
    ]);
  });
});

describe('numbered students', () => {
  it('have as many digits as the last one needs', () => {
    expect(numberedStudents(3)).toEqual(['s01', 's02', 's03']);
    expect(numberedStudents(100)[0]).toBe('s001');
    expect(numberedStudents(100).at(-1)).toBe('s100');
  });

  it('are names that a roster may have', () => {
    expect(numberedStudents(500).map(nameProblem).filter(Boolean)).toEqual([]);
  });
});
