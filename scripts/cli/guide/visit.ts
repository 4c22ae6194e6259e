// One stop of a walk: what is to be read, then the command, the question or the checkpoint.
import { compareOutput } from '../../../infra/guide/compare-output.ts';
import { commandForStack, outputForLab } from '../../../infra/guide/for-stack.ts';
import type { Question } from '../../../infra/guide/guide.ts';
import { isAccepted } from '../../../infra/guide/parse-question.ts';
import { linesOf, ownUpAndDown } from '../../../infra/guide/play-guide.ts';
import type { Answer } from '../../../infra/guide/progress.ts';
import type { GuideShell, Listener } from '../../../infra/guide/shell.ts';
import type { Stop } from '../../../infra/guide/stops.ts';
import { experimentsOf } from './experiments-of.ts';
import type { FoundGuide } from './find-guide.ts';
import type { Reader } from './reader.ts';

export interface Walk {
  readonly found: FoundGuide;
  readonly reader: Reader;
  readonly shell: GuideShell;
  /** Commands for other terminals, whose output comes when the block beside them has been run. */
  readonly listeners: Listener[];
}

export interface Outcome {
  readonly go: 'on' | 'back' | 'leave';
  readonly answer?: Answer;
}

const ON: Outcome = { go: 'on' };
const HELP =
  'Enter: as it says · s: skip · b: back · !: a shell of your own · e: what the guide shows · q: leave';
const QUESTION_HELP =
  'Type your answer. Enter alone: first a hint, if there is one; once more: the answer · h: a hint · s: skip · b: back · !: a shell of your own · q: leave';

export async function visit(walk: Walk, stop: Stop): Promise<Outcome> {
  const { reader, found } = walk;
  const { title } = found.guide.sections[stop.section] ?? { title: '' };
  if (stop.nth === 0 && title !== '') {
    const count = `${stop.section} of ${found.guide.sections.length - 1}`;
    reader.note(
      `\n${reader.terminal.paint('bold', `── ${title} ──`)} ${reader.terminal.paint('dim', count)}`,
    );
  }
  reader.markdown(stop.markdown);
  switch (stop.kind) {
    case 'command':
      return await visitCommand(walk, stop);
    case 'question':
      return await visitQuestion(walk, stop.question);
    case 'check':
      return await visitCheck(walk, stop);
    case 'end':
      return stop.section === found.guide.sections.length - 1
        ? ON
        : ((await prompted(walk, 'Enter goes on, ? helps: ', '')) ?? ON);
  }
}

async function visitCommand(walk: Walk, stop: Stop & { readonly kind: 'command' }): Promise<Outcome> {
  const { reader, found, shell } = walk;
  const { command, block, lastOfBlock } = stop;
  reader.say(`\n${reader.terminal.paint('bold', `$ ${command.text.replaceAll('\n', '\n> ')}`)}`);
  if (command === ownUpAndDown(found.guide).up) {
    reader.note('(It is up. This is how it stands.)', 'dim');
    const { labReport } = await import('../lab-report.ts');
    reader.show(beforeNextSteps((await labReport(found.stack))?.text ?? ''));
    return ON;
  }
  const beside = block.terminal !== undefined;
  const what = beside ? `For ${block.terminal}. Enter starts it beside the next command` : 'Enter runs it';
  const other = await prompted(walk, `${what}, ? helps: `, command.output.join('\n'));
  if (other) return other;
  const typed = commandForStack(command.text, found);
  if (beside) {
    const listener = await shell.listen(typed);
    const stop = () => void listener.stop();
    await reader.during(stop, () => listener.listening);
    walk.listeners.push(listener);
    return ON;
  }
  const ran = await reader.during(
    () => shell.interrupt(),
    () => shell.run(typed, (text) => reader.show(text)),
  );
  if (lastOfBlock) await heardBeside(walk);
  const printed = linesOf(outputForLab(ran.output, found));
  if (ran.exitCode !== 0) reader.note(`(exit code ${ran.exitCode})`, 'dim');
  if (compareOutput(command, printed, block.marks))
    reader.note('(The guide shows something else here. To see it, go back with b, then type e.)', 'dim');
  return ON;
}

/** The guide itself says what to try next. */
const beforeNextSteps = (summary: string) => `${summary.split('\nTry next')[0]?.trim() ?? ''}\n`;

async function heardBeside({ reader, listeners }: Walk): Promise<void> {
  for (const listener of listeners.splice(0)) {
    reader.say(reader.terminal.paint('dim', `\nmeanwhile: ${listener.command}`));
    const stop = () => void listener.stop();
    const { output } = await reader.during(stop, () => listener.ended);
    reader.show(output);
  }
}

async function visitQuestion(walk: Walk, question: Question): Promise<Outcome> {
  const { reader } = walk;
  reader.markdown(`**Question.** ${question.markdown}`);
  const hints = [...question.hints];
  // The answer is not given away before anything was tried.
  let tried = false;
  for (;;) {
    const ways = hints.length > 0 ? 'Enter: a hint, ' : tried ? 'Enter: the answer, ' : '';
    const said = await reader.ask(`Your answer (${ways}? helps): `);
    if (said === 'h' || (said === '' && (hints.length > 0 || !tried))) {
      const hint = hints.shift();
      if (hint !== undefined) reader.markdown(hint);
      else
        reader.note(said === 'h' ? 'There is no further hint.' : 'Enter once more shows the answer.', 'dim');
      tried = true;
      continue;
    }
    const other = await command(walk, said, '', QUESTION_HELP);
    if (other === 'asked') continue;
    if (other) return other.go === 'on' ? { ...other, answer: 'skipped' } : other;
    const right = isAccepted(question, said ?? '');
    if (right) reader.note('Right.', 'green');
    else if (said !== '' && question.accepted.length > 0) {
      reader.note('Not that. Once more?', 'yellow');
      tried = true;
      continue;
    }
    reader.markdown(question.answer ?? '');
    return { go: 'on', answer: right ? 'right' : 'shown' };
  }
}

async function visitCheck(walk: Walk, stop: Stop & { readonly kind: 'check' }): Promise<Outcome> {
  const { reader, found, shell } = walk;
  reader.markdown(`**Check.** ${stop.check.markdown}`);
  const experiments = experimentsOf(stop.check, found.record?.definition.experiments ?? []);
  for (;;) {
    const other = await prompted(walk, 'Enter checks it, s skips it, ? helps: ', '');
    if (other) return other.go === 'on' ? { ...other, answer: 'skipped' } : other;
    const command = `npm run -s lab -- verify --stack ${found.stack} ${experiments.join(' ')}`;
    const { exitCode } = await reader.during(
      () => shell.interrupt(),
      () => shell.run(command, (text) => reader.show(text)),
    );
    if (exitCode === 0) return { go: 'on', answer: 'right' };
    reader.note('It does not hold. Mend it (! is a shell) and check again, or skip it.', 'yellow');
  }
}

/** @returns undefined for Enter */
async function prompted(walk: Walk, prompt: string, shown: string): Promise<Outcome | undefined> {
  for (;;) {
    const said = await walk.reader.ask(prompt);
    if (said === '') return undefined;
    const other = await command(walk, said, shown);
    if (other === undefined) walk.reader.note(HELP);
    else if (other !== 'asked') return other;
  }
}

/** What every prompt understands. Undefined for anything else. */
async function command(
  { reader, found }: Walk,
  said: string | undefined,
  shown: string,
  help = HELP,
): Promise<Outcome | 'asked' | undefined> {
  switch (said) {
    case undefined:
    case 'q':
      return { go: 'leave' };
    case 's':
      return ON;
    case 'b':
      return { go: 'back' };
    case '?':
      reader.note(help);
      return 'asked';
    case 'e':
      if (shown === '') return undefined;
      reader.say(shown);
      return 'asked';
    case '!':
      reader.note('(Ctrl-D or exit brings you back.)', 'dim');
      await reader.handOver([process.env.SHELL || 'sh'], { CNILAB_STACK: found.stack });
      return 'asked';
    default:
      return undefined;
  }
}
