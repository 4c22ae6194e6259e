// `guide` on a terminal: one stop after the other, from where the reader was to where they leave.
import { commandForStack } from '../../../infra/guide/for-stack.ts';
import type { Guide } from '../../../infra/guide/guide.ts';
import { ownUpAndDown } from '../../../infra/guide/play-guide.ts';
import {
  answerKey,
  type Progress,
  readProgress,
  scoreOf,
  stopOf,
  writeProgress,
} from '../../../infra/guide/progress.ts';
import { findSection, preparations, type Stop, stopsOf } from '../../../infra/guide/stops.ts';
import { readRecord, type StackRecord } from '../../../infra/state/stack-store.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { asTyped } from '../spelling.ts';
import { shortPath } from '../text.ts';
import { type FoundGuide, sameAgain } from './find-guide.ts';
import { openGuideShell } from './guide-shell.ts';
import { unknownStep } from './list-steps.ts';
import { Reader } from './reader.ts';
import { type Outcome, visit, type Walk } from './visit.ts';

/** @param trusted its commands may be run: else the reader is asked, because those that were run before are run again unseen */
export async function walkGuide(
  asked: FoundGuide,
  from: string | undefined,
  trusted: boolean,
): Promise<ExitCode> {
  const { guide, file } = asked;
  const stops = stopsOf(guide);
  const kept = await readProgress(asked.stack, file);
  let at = 0;
  if (from !== undefined) {
    const section = findSection(guide, from);
    if (section === undefined) throw unknownStep(guide, from);
    at = stops.findIndex((stop) => stop.section === section);
  } else if (kept) at = stopOf(guide, stops, kept);
  if (!trusted && !(await agrees(asked))) return EXIT.pass;
  const record = asked.record ?? (await standUp(asked));
  if (!record) return EXIT.pass;
  const found = { ...asked, record };

  const reader = new Reader();
  const shell = await openGuideShell(found.stack);
  const walk: Walk = { found, reader, shell, listeners: [] };
  let answers: Progress['answers'] = kept?.answers ?? {};
  try {
    for (const text of preparations(stops, at)) await shell.run(commandForStack(text, found));
    if (at === 0) reader.note(guide.title, 'bold');
    else if (from === undefined) reader.note('Going on where you were. b goes back, q leaves.');
    while (at < stops.length) {
      const stop = stops[at] as Stop;
      const { go, answer } = await visit(walk, stop);
      if (answer) answers = { ...answers, [answerKey(guide, stop)]: answer };
      if (go === 'leave') break;
      at = next(guide, stops, at, go);
      await remember(found, stops[at], answers);
      if (!(await readRecord(found.stack))) {
        reader.note('The lab is down. The guide ends here.');
        return EXIT.pass;
      }
    }
    sayWhere(walk, stops, at, answers);
    return EXIT.pass;
  } finally {
    reader.close();
    await shell.close();
  }
}

function next(guide: Guide, stops: readonly Stop[], at: number, go: Outcome['go']): number {
  if (go !== 'back') return at + 1;
  const { up } = ownUpAndDown(guide);
  const before = stops[at - 1];
  // What is not asked is no place to go back to.
  const passed = before?.kind === 'command' && before.command === up;
  return Math.max(0, at - (passed ? 2 : 1));
}

async function remember(
  { stack, file, guide }: FoundGuide,
  stop: Stop | undefined,
  answers: Progress['answers'],
): Promise<void> {
  const where = stop ?? { section: 0, nth: 0 };
  await writeProgress(stack, {
    guide: file,
    section: guide.sections[where.section]?.title ?? '',
    nth: where.nth,
    answers,
  });
}

function sayWhere(
  { reader, found }: Walk,
  stops: readonly Stop[],
  at: number,
  answers: Progress['answers'],
): void {
  const { right, all } = scoreOf(found.guide, stops, { answers });
  const score = all === 0 ? '' : ` ${right} of ${all} questions and checks are answered rightly.`;
  if (at >= stops.length) {
    reader.note(`\nThat was the guide.${score}`);
    reader.say(asTyped(`npm run down -- --stack ${found.stack}   takes the lab down`));
    return;
  }
  const title = found.guide.sections[(stops[at] as Stop).section]?.title ?? '';
  reader.note(`You are at "${title || found.guide.title}".${score}`);
  reader.say(asTyped(`npm run -s lab -- guide ${sameAgain(found)}   goes on from there`));
}

async function agrees({ file }: FoundGuide): Promise<boolean> {
  const reader = new Reader();
  reader.note(
    `${shortPath(file)} did not come with cnilab. Its commands run in a shell on this machine, as you: read it before, as you would any program.`,
    'yellow',
  );
  const said = await reader.ask('Enter trusts it, anything else leaves: ');
  reader.close();
  return said === '';
}

/** @returns what is up now, if anything */
async function standUp({ lab, labFile, stack }: FoundGuide): Promise<StackRecord | undefined> {
  const reader = new Reader();
  const said = await reader.ask(`Lab ${lab} is not up. Enter stands it up, anything else leaves: `);
  reader.close();
  if (said !== '') return undefined;
  const { up } = await import('../verbs/up.ts');
  await up(labFile, { stack });
  return await readRecord(stack);
}
