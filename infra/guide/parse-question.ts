// Reads what a guide asks: a quoted question with its folded hints and answer, and a quoted checkpoint. Pure.
import type { Checkpoint, Question } from './guide.ts';

/** The quoted paragraph that begins at a line (from 0), its `>` taken off. */
export function quoteAt(
  lines: readonly string[],
  from: number,
): { readonly text: string; readonly next: number } {
  let next = from;
  while (lines[next]?.startsWith('>')) next++;
  const text = lines.slice(from, next).map((line) => line.replace(/^> ?/, ''));
  return { text: text.join('\n'), next };
}

export interface Details {
  readonly summary: string;
  readonly markdown: string;
}

/** The `<details>` that follow a line, with nothing but blank lines between them. */
export function detailsAt(
  lines: readonly string[],
  from: number,
): {
  readonly found: readonly Details[];
  readonly next: number;
  readonly problems: readonly { line: number; problem: string }[];
} {
  const found: Details[] = [];
  const problems: { line: number; problem: string }[] = [];
  let next = from;
  for (;;) {
    let at = next;
    while (lines[at]?.trim() === '') at++;
    const opening = /^<details>\s*<summary>(.*?)<\/summary>/.exec(lines[at] ?? '');
    if (!opening) break;
    const end = lines.findIndex((line, index) => index > at && /^<\/details>\s*$/.test(line));
    if (end === -1) {
      problems.push({ line: at + 1, problem: '<details> is not closed' });
      break;
    }
    const summary = (opening[1] ?? '').trim();
    if (!/^(Hint|Answer)$/.test(summary))
      problems.push({ line: at + 1, problem: `behind a question come Hint and Answer, not "${summary}"` });
    found.push({
      summary,
      markdown: lines
        .slice(at + 1, end)
        .join('\n')
        .trim(),
    });
    next = end + 1;
  }
  return { found, next, problems };
}

export function parseQuestion(quote: string, line: number, details: readonly Details[]): Question {
  const answer = details.find(({ summary }) => summary === 'Answer')?.markdown;
  return {
    kind: 'question',
    line,
    markdown: quote.replace(/^\*\*Question\.\*\*\s*/, ''),
    hints: details.filter(({ summary }) => summary === 'Hint').map(({ markdown }) => markdown),
    answer,
    accepted: [...(answer ?? '').matchAll(/\*\*([^*]+)\*\*/g)].map(([, bold = '']) => bold),
  };
}

export function parseCheckpoint(quote: string, line: number): Checkpoint {
  const markdown = quote.replace(/^\*\*Check\.\*\*\s*/, '');
  return {
    kind: 'check',
    line,
    markdown,
    experiments: [...markdown.matchAll(/`([a-z0-9-]+)`/g)].map(([, name = '']) => name),
    claims: [...markdown.matchAll(/\[([A-Z]\d+)\]/g)].map(([, claim = '']) => claim),
  };
}

/** Whether what a reader says is one of the short answers: case, spaces and punctuation count for nothing. */
export function isAccepted(question: Question, said: string): boolean {
  const words = ` ${plain(said)} `;
  return question.accepted.some((accepted) => words.includes(` ${plain(accepted)} `));
}

const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** An address, a name or a number is one word, with its dots, slashes and hyphens; a small number may be written out. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[`"'“”’*]/g, '')
    .replaceAll(/[.,;:!?]+(?=\s|$)/g, ' ')
    .split(/\s+/)
    .map((word) => (NUMBERS.includes(word) ? String(NUMBERS.indexOf(word)) : word))
    .join(' ')
    .trim();
}
