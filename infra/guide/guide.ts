// A guide as data: a Markdown document whose console blocks are run in a lab. docs/guides.md is the format.

/** A command and what the guide shows of it. */
export interface GuideCommand {
  /** As the shell gets it: prompts taken off, continuation lines joined by newlines. */
  readonly text: string;
  /** Line of the guide, from 1. */
  readonly line: number;
  /** What it prints, line by line, without the block's indentation. */
  readonly output: readonly string[];
  /** Lines of the guide that hold the output: from (counted from 0) up to, but without, to. */
  readonly shown: { readonly from: number; readonly to: number };
}

/** What a `<!-- guide: … -->` before a block says of it. */
export const MARKS = {
  'by-hand': 'run by a reader only, never by --check, --render and --update',
  'any-order': 'its output comes in any order',
  output: 'this block, of another language, is what the command before it prints',
} as const;
export type Mark = keyof typeof MARKS;

export interface CommandBlock {
  readonly kind: 'block';
  readonly line: number;
  /** Spaces before every line, as inside a list. */
  readonly indent: number;
  /** What the comment on its first line says: it is for another terminal, beside the next block that is not. */
  readonly terminal: string | undefined;
  readonly marks: readonly Mark[];
  readonly commands: readonly GuideCommand[];
}

export interface Prose {
  readonly kind: 'text';
  readonly line: number;
  readonly markdown: string;
}

/** Something to think about, and what is behind its folded parts. */
export interface Question {
  readonly kind: 'question';
  readonly line: number;
  /** Markdown, without "Question.". */
  readonly markdown: string;
  readonly hints: readonly string[];
  readonly answer: string | undefined;
  /** Short forms of the answer, in bold there: one of them is what a reader should say. */
  readonly accepted: readonly string[];
}

/** Assertions of the lab that must hold at this point. */
export interface Checkpoint {
  readonly kind: 'check';
  readonly line: number;
  readonly markdown: string;
  /** Names between backticks. */
  readonly experiments: readonly string[];
  /** Codes in brackets. */
  readonly claims: readonly string[];
}

export type GuideItem = Prose | CommandBlock | Question | Checkpoint;

export interface GuideSection {
  readonly title: string;
  readonly line: number;
  readonly items: readonly GuideItem[];
}

export interface Guide {
  /** Its first heading. */
  readonly title: string;
  /** The part before the first section has no title. */
  readonly sections: readonly GuideSection[];
  /** What is not as the format has it. */
  readonly problems: readonly { readonly line: number; readonly problem: string }[];
}

/** Every console block, in order. */
export function blocksOf(guide: Guide): readonly CommandBlock[] {
  return guide.sections.flatMap(({ items }) => items.filter((item) => item.kind === 'block'));
}

/** Those that are not for a reader's hands alone. */
export function playedBlocksOf(guide: Guide): readonly CommandBlock[] {
  return blocksOf(guide).filter(({ marks }) => !marks.includes('by-hand'));
}

/** Every command of the console blocks, in order. */
export function commandsOf(guide: Guide): readonly GuideCommand[] {
  return blocksOf(guide).flatMap(({ commands }) => commands);
}
