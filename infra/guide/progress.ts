// How far a reader has come in the guide of a stack. Kept with the stack, and gone with it.
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stackDir } from '../state/stack-store.ts';
import type { Guide } from './guide.ts';
import type { Stop } from './stops.ts';

/** stacks/<stack>/guide.json */
export interface Progress {
  /** Absolute path of the guide. */
  readonly guide: string;
  /** Title of the section, and number of the stop in it: a guide may be edited while somebody walks through it. */
  readonly section: string;
  readonly nth: number;
  /** Of each question and checkpoint that was met, `<section title> #<nth>`: what came of it. */
  readonly answers: Readonly<Record<string, Answer>>;
  /** ISO 8601. */
  readonly updatedAt: string;
}

export type Answer = 'right' | 'shown' | 'skipped';

function progressFile(stack: string): string {
  return path.join(stackDir(stack), 'guide.json');
}

/** Undefined when nobody has begun, or what was kept is of another guide or cannot be read. */
export async function readProgress(stack: string, guide: string): Promise<Progress | undefined> {
  try {
    const kept = JSON.parse(await readFile(progressFile(stack), 'utf8')) as Progress;
    return kept.guide === guide ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces it as a whole. Does nothing when the stack is gone. */
export async function writeProgress(stack: string, progress: Omit<Progress, 'updatedAt'>): Promise<void> {
  const file = progressFile(stack);
  const text = `${JSON.stringify({ ...progress, updatedAt: new Date().toISOString() }, null, 2)}\n`;
  try {
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await rename(`${file}.new`, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Index of the stop where a reader was; 0 when the guide has no such section any more. */
export function stopOf(guide: Guide, stops: readonly Stop[], progress: Progress): number {
  const section = guide.sections.findIndex(({ title }) => title === progress.section);
  const exact = stops.findIndex((stop) => stop.section === section && stop.nth === progress.nth);
  return Math.max(0, exact !== -1 ? exact : stops.findIndex((stop) => stop.section === section));
}

/** Questions and checkpoints there are, and those answered rightly. */
export function scoreOf(
  guide: Guide,
  stops: readonly Stop[],
  { answers }: Pick<Progress, 'answers'>,
): { readonly right: number; readonly all: number } {
  const asked = stops.filter(({ kind }) => kind === 'question' || kind === 'check');
  return {
    right: asked.filter((stop) => answers[answerKey(guide, stop)] === 'right').length,
    all: asked.length,
  };
}

export function answerKey(guide: Guide, stop: Stop): string {
  return `${guide.sections[stop.section]?.title ?? ''} #${stop.nth}`;
}
