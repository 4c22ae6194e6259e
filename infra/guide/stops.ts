// A guide as the places where a reader stops: a command to run, a question, a checkpoint, the end of a section. Pure.
import type { Checkpoint, CommandBlock, Guide, GuideCommand, Question } from './guide.ts';

interface At {
  /** Index of the section. */
  readonly section: number;
  /** Number of the stop in its section, from 0. */
  readonly nth: number;
  /** What is to be read before it. */
  readonly markdown: string;
}

export type Stop =
  | (At & {
      readonly kind: 'command';
      readonly command: GuideCommand;
      readonly block: CommandBlock;
      readonly lastOfBlock: boolean;
    })
  | (At & { readonly kind: 'question'; readonly question: Question })
  | (At & { readonly kind: 'check'; readonly check: Checkpoint })
  | (At & { readonly kind: 'end' });

export function stopsOf(guide: Guide): readonly Stop[] {
  return guide.sections.flatMap(({ items }, section) => {
    const stops: Stop[] = [];
    let markdown = '';
    const at = (): At => {
      const read = markdown;
      markdown = '';
      return { section, nth: stops.length, markdown: read };
    };
    for (const item of items) {
      if (item.kind === 'text') markdown = [markdown, item.markdown].filter((text) => text !== '').join('\n');
      else if (item.kind === 'question') stops.push({ kind: 'question', question: item, ...at() });
      else if (item.kind === 'check') stops.push({ kind: 'check', check: item, ...at() });
      else
        for (const [index, command] of item.commands.entries()) {
          const lastOfBlock = index === item.commands.length - 1;
          stops.push({ kind: 'command', command, block: item, lastOfBlock, ...at() });
        }
    }
    stops.push({ kind: 'end', ...at() });
    return stops;
  });
}

/** The number that a section's title begins with ("5. Two ends"); undefined for one without. */
function sectionNumber(title: string): number | undefined {
  const number = /^(\d+)\. /.exec(title)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Index of the section that a reader means: its number, or a word of its title. Undefined when it is none, or several. */
export function findSection(guide: Guide, word: string): number | undefined {
  const titles = guide.sections.map(({ title }) => title);
  const numbered = titles.findIndex((title) => String(sectionNumber(title)) === word);
  if (numbered !== -1) return numbered;
  const fitting = titles.flatMap((title, index) =>
    title.toLowerCase().includes(word.toLowerCase()) ? [index] : [],
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

/**
 * What must be typed again when a walk goes on in a new shell at a stop: what sets variables, and what writes files.
 * None of it changes the lab.
 */
export function preparations(stops: readonly Stop[], before: number): readonly string[] {
  return stops
    .slice(0, before)
    .flatMap((stop) => (stop.kind === 'command' ? [stop.command.text] : []))
    .filter(
      (text) =>
        /^([A-Z][A-Z0-9_]*=|export )/.test(text) || /^npm run -s lab -- results [^|;]*> \S+$/.test(text),
    );
}
