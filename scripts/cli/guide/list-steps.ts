// The steps of a guide, and where its reader is.
import type { Guide } from '../../../infra/guide/guide.ts';
import { readProgress, scoreOf, stopOf } from '../../../infra/guide/progress.ts';
import { stopsOf } from '../../../infra/guide/stops.ts';
import { numbers, renderTable } from '../../../infra/report/table.ts';
import { type CliError, usageError } from '../cli-error.ts';
import type { FoundGuide } from './find-guide.ts';

/** Ends with a newline. */
export async function listSteps({ guide, stack, file }: FoundGuide): Promise<string> {
  const stops = stopsOf(guide);
  const kept = await readProgress(stack, file);
  const here = kept ? stops[stopOf(guide, stops, kept)]?.section : undefined;
  const rows = guide.sections.flatMap(({ title, items }, index) => {
    if (title === '') return [];
    const commands = items.reduce((sum, item) => sum + (item.kind === 'block' ? item.commands.length : 0), 0);
    const asked = items.filter(({ kind }) => kind === 'question' || kind === 'check').length;
    return [[here === index ? '→' : ' ', title, commands, asked]];
  });
  const table = renderTable(['', 'STEP', numbers('COMMANDS'), numbers('QUESTIONS')], rows);
  if (!kept) return `${table}\n`;
  const { right, all } = scoreOf(guide, stops, kept);
  return `${table}\n\n→ is where you are; ${right} of ${all} questions and checks are answered rightly.\n`;
}

/** For a step that is none, or that several titles could be. */
export function unknownStep(guide: Guide, word: string): CliError {
  const titles = guide.sections.flatMap(({ title }) => (title === '' ? [] : [title]));
  return usageError(`"${word}" is no step of this guide, or several`, `its steps: ${titles.join(' · ')}`);
}
