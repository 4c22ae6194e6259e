// Reads a guide: headings, console blocks with commands and output, questions with hints and answers, checkpoints. Pure.
import type { CommandBlock, Guide, GuideItem, Mark } from './guide.ts';
import { MARKS } from './guide.ts';
import { parseBlock } from './parse-block.ts';
import { detailsAt, parseCheckpoint, parseQuestion, quoteAt } from './parse-question.ts';

interface OpenSection {
  readonly title: string;
  readonly line: number;
  readonly items: GuideItem[];
}

/** Never throws: what is wrong with the text is in `problems`, and the rest is read as text. */
export function parseGuide(text: string): Guide {
  const lines = text.split('\n');
  const sections: OpenSection[] = [{ title: '', line: 1, items: [] }];
  const problems: { line: number; problem: string }[] = [];
  const section = () => sections.at(-1) as OpenSection;
  let title = '';
  let prose: string[] = [];
  let proseFrom = 0;
  let marks: Mark[] = [];
  let marksAt = 0;

  const endProse = () => {
    if (prose.some((line) => line.trim() !== ''))
      section().items.push({ kind: 'text', line: proseFrom + 1, markdown: prose.join('\n') });
    prose = [];
  };
  const add = (item: GuideItem) => {
    endProse();
    section().items.push(item);
  };
  const keep = (from: number, to: number) => {
    if (prose.length === 0) proseFrom = from;
    prose.push(...lines.slice(from, to));
  };
  const needsBlock = () => {
    if (marks.length > 0) problems.push({ line: marksAt + 1, problem: 'no block follows this mark' });
    marks = [];
  };

  for (let i = 0; i < lines.length; ) {
    const line = lines[i] ?? '';
    const mark = /^\s*<!--\s*guide:(.*?)-->\s*$/.exec(line);
    const heading = /^(#{1,2}) (.*)$/.exec(line);
    const fence = /^(\s*)(`{3,})\s*([\w-]*)/.exec(line);
    if (mark) {
      needsBlock();
      const words = (mark[1] ?? '').trim().split(/[\s,]+/);
      const unknown = words.filter((word) => !Object.hasOwn(MARKS, word));
      for (const word of unknown)
        problems.push({
          line: i + 1,
          problem: `there is no mark "${word}"; known: ${Object.keys(MARKS).join(', ')}`,
        });
      marks = words.filter((word): word is Mark => !unknown.includes(word));
      marksAt = i;
      i++;
    } else if (fence) {
      const [, indent = '', ticks = '', language = ''] = fence;
      const end = fenceEnd(lines, i + 1, ticks);
      if (end === undefined) problems.push({ line: i + 1, problem: 'this block is not closed' });
      const to = end ?? lines.length;
      if (language === 'console') {
        add(parseBlock(lines, i, to, indent.length, marks));
      } else if (marks.includes('output')) {
        endProse();
        if (!giveOutput(section().items, lines, i + 1, to, indent.length))
          problems.push({ line: i + 1, problem: 'no command without output is before this block' });
      } else {
        if (marks.length > 0)
          problems.push({ line: marksAt + 1, problem: 'this mark is for a console block' });
        keep(i, to + 1);
      }
      marks = [];
      i = to + 1;
    } else if (heading) {
      needsBlock();
      endProse();
      if (heading[1] === '#') title ||= heading[2] ?? '';
      else sections.push({ title: heading[2] ?? '', line: i + 1, items: [] });
      i++;
    } else if (/^> \*\*(Question|Check)\.\*\*/.test(line)) {
      needsBlock();
      const quote = quoteAt(lines, i);
      if (line.startsWith('> **Check')) {
        add(parseCheckpoint(quote.text, i + 1));
        i = quote.next;
      } else {
        const details = detailsAt(lines, quote.next);
        problems.push(...details.problems);
        add(parseQuestion(quote.text, i + 1, details.found));
        i = details.next;
      }
    } else {
      if (line.trim() !== '') needsBlock();
      keep(i, i + 1);
      i++;
    }
  }
  needsBlock();
  endProse();
  return {
    title,
    sections: sections.filter(({ items, title }) => title !== '' || items.length > 0),
    problems,
  };
}

function fenceEnd(lines: readonly string[], from: number, ticks: string): number | undefined {
  const closes = (line: string) => {
    const text = line.trim();
    return text.startsWith(ticks) && text.replaceAll('`', '') === '';
  };
  const at = lines.findIndex((line, index) => index >= from && closes(line));
  return at === -1 ? undefined : at;
}

/** What a block of another language shows belongs to the last command before it, when that shows nothing itself. */
function giveOutput(
  items: GuideItem[],
  lines: readonly string[],
  from: number,
  to: number,
  indent: number,
): boolean {
  const at = items.findLastIndex(({ kind }) => kind === 'block');
  const block = items[at] as CommandBlock | undefined;
  const command = block?.commands.at(-1);
  if (!block || !command || command.output.length > 0) return false;
  const output = lines.slice(from, to).map((line) => line.slice(indent));
  const commands = [...block.commands.slice(0, -1), { ...command, output, shown: { from, to } }];
  items[at] = { ...block, commands };
  // It is shown where the command is, and the text between them follows.
  return true;
}
