import { describe, expect, it } from 'vitest';
import { blocksOf, commandsOf } from '../../../infra/guide/guide.ts';
import { parseGuide } from '../../../infra/guide/parse-guide.ts';
import { isAccepted } from '../../../infra/guide/parse-question.ts';

const GUIDE = `# Lab x: a title

Read this.

## 1. First [X1]

\`\`\`console
$ npm run -s lab -- exec n1 -- ip route
default via 10.0.0.1 dev eth0

10.0.0.0/24 dev eth0
$ A=$(echo a \\
  b); echo $A
a b
$ cat <<END
> two
> END
two
\`\`\`

1. In a list:

   <!-- guide: by-hand any-order -->
   \`\`\`console
   # another terminal: the bridge
   $ tcpdump -i br0
   listening
     indented
   \`\`\`

> **Question.** How many
> routes are there?

<details><summary>Hint</summary>

Count.

</details>

<details><summary>Answer</summary>

**2**, or **a pair**.

</details>

> **Check.** Experiments \`routes\` and \`links\` [X1].

## Second

\`\`\`console
$ draw
\`\`\`

in words:

<!-- guide: output -->
\`\`\`mermaid
graph TB
  a --- b
\`\`\`

\`\`\`yaml
not: a command
\`\`\`
`;

describe('a guide', () => {
  const guide = parseGuide(GUIDE);

  it('has a title, sections and no problem', () => {
    expect(guide.title).toBe('Lab x: a title');
    expect(guide.sections.map(({ title, line }) => [title, line])).toEqual([
      ['', 1],
      ['1. First [X1]', 5],
      ['Second', 48],
    ]);
    expect(guide.problems).toEqual([]);
  });

  it('has commands with their lines and what they print, empty lines and indentation included', () => {
    expect(commandsOf(guide).map(({ text, line, output }) => [line, text, output])).toEqual([
      [
        8,
        'npm run -s lab -- exec n1 -- ip route',
        ['default via 10.0.0.1 dev eth0', '', '10.0.0.0/24 dev eth0'],
      ],
      [12, 'A=$(echo a \\\n  b); echo $A', ['a b']],
      [15, 'cat <<END\ntwo\nEND', ['two']],
      [26, 'tcpdump -i br0', ['listening', '  indented']],
      [51, 'draw', ['graph TB', '  a --- b']],
    ]);
    const lines = GUIDE.split('\n');
    for (const { shown, output } of commandsOf(guide))
      expect(lines.slice(shown.from, shown.to).map((line) => line.trim())).toEqual(
        output.map((line) => line.trim()),
      );
  });

  it('knows which block is for another terminal, and how a block is marked', () => {
    expect(blocksOf(guide).map(({ terminal, marks, indent }) => ({ terminal, marks, indent }))).toEqual([
      { terminal: undefined, marks: [], indent: 0 },
      { terminal: 'another terminal: the bridge', marks: ['by-hand', 'any-order'], indent: 3 },
      { terminal: undefined, marks: [], indent: 0 },
    ]);
  });

  it('has questions with hints and an answer, and checks with experiments and claims', () => {
    const [, first] = guide.sections;
    expect(first?.items.filter(({ kind }) => kind === 'question' || kind === 'check')).toEqual([
      {
        kind: 'question',
        line: 31,
        markdown: 'How many\nroutes are there?',
        hints: ['Count.'],
        answer: '**2**, or **a pair**.',
        accepted: ['2', 'a pair'],
      },
      {
        kind: 'check',
        line: 46,
        markdown: 'Experiments `routes` and `links` [X1].',
        experiments: ['routes', 'links'],
        claims: ['X1'],
      },
    ]);
  });

  it.each([
    [
      '<!-- guide: by-hnad -->\n```console\n$ a\n```',
      1,
      /no mark "by-hnad"; known: by-hand, any-order, output/,
    ],
    ['<!-- guide: by-hand -->\n\nText.', 1, /no block follows/],
    ['<!-- guide: by-hand -->\n```yaml\na: b\n```', 1, /for a console block/],
    ['```console\n$ a', 1, /not closed/],
    ['<!-- guide: output -->\n```mermaid\ngraph TB\n```', 2, /no command without output/],
    [
      '> **Question.** Why?\n\n<details><summary>Solution</summary>\n\nSo.\n\n</details>',
      3,
      /Hint and Answer/,
    ],
    ['> **Question.** Why?\n\n<details><summary>Hint</summary>', 3, /not closed/],
  ])('says what is wrong with %j', (text, line, problem) => {
    expect(parseGuide(text).problems).toEqual([{ line, problem: expect.stringMatching(problem) }]);
  });
});

describe('a short answer', () => {
  const accepted = (words: readonly string[], said: string) =>
    isAccepted({ ...QUESTION, accepted: words }, said);
  const QUESTION = { kind: 'question', line: 1, markdown: '', hints: [], answer: '', accepted: [] } as const;

  it.each([
    ['63', true],
    ['it is 63.', true],
    ['163', false],
    ['6 3', false],
    ['', false],
  ])('of 63 is given by %j: %s', (said, right) => {
    expect(accepted(['63'], said)).toBe(right);
  });

  it('may be written in another way', () => {
    expect(accepted(['2'], 'Two')).toBe(true);
    expect(accepted(['10.42.0.0/16'], 'the `10.42.0.0/16`')).toBe(true);
    expect(accepted(['No'], 'no!')).toBe(true);
    expect(accepted(['1', 'pair'], 'a pair')).toBe(true);
    expect(accepted([], 'anything')).toBe(false);
  });
});
