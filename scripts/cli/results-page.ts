// Results as a page for a person: every check, and what was there instead where one does not hold. Pure.
import type { ExperimentResult, LabResults } from '../../infra/experiments/result.ts';
import {
  checkLine,
  expectedAndObserved,
  failedExperiment,
  verdictWord,
} from '../../infra/report/failures.ts';
import { learningText } from '../../infra/report/learning.ts';
import { PLAIN, type Terminal } from '../../infra/report/paint.ts';
import { indent } from '../../infra/report/words.ts';
import { wrap } from '../../infra/report/wrap.ts';

export interface Detail {
  /** What checks that hold expected and saw, too. @default false */
  readonly all?: boolean;
  /** What the experiment saw as a whole, where there is a way to tell it: who learned what. @default for what does not pass */
  readonly story?: boolean;
}

/** Ends with a newline. */
export function resultsPage(results: LabResults, terminal: Terminal = PLAIN, detail: Detail = {}): string {
  const { lab, stack, backend, verdict, experiments } = results;
  const head = `Lab ${lab}, stack ${stack}, ${backend} backend: `;
  if (experiments.length === 0) return `${head}no experiment has been run\n`;
  const texts = experiments.map((experiment) => experimentText(experiment, terminal, detail));
  return `${[head + verdictWord(verdict, terminal), ...texts].join('\n\n')}\n`;
}

/** One experiment: what holds on a line each, what does not with everything there is to say about it. */
export function experimentText(
  experiment: ExperimentResult,
  terminal: Terminal = PLAIN,
  { all = false, story = all }: Detail = {},
): string {
  const { name, kind, title, verdict, checks, faults, durationMs } = experiment;
  const passed = checks
    .filter((check) => check.verdict === 'pass')
    .flatMap((check) => [checkLine(check, terminal), ...(all ? [expectedAndObserved(check, terminal)] : [])]);
  const broken = faults?.map((fault) => `, with ${fault.name} on ${fault.host}`).join('') ?? '';
  const about = `${kind}, ${(durationMs / 1000).toFixed(2)} s${broken}`;
  const head = `${verdictWord(verdict, terminal)} ${terminal.paint('bold', name)} (${about})${title === undefined ? '' : `: ${title}`}`;
  const [, ...failed] = verdict === 'pass' ? [] : failedExperiment(experiment, terminal).split('\n');
  const told = story || verdict !== 'pass' ? storyOf(experiment, terminal) : undefined;
  return [wrap(head, terminal.width, 2), ...passed, ...failed, ...(told === undefined ? [] : [told])].join(
    '\n',
  );
}

const MARGIN = 2;

function storyOf({ kind, observed }: ExperimentResult, terminal: Terminal): string | undefined {
  if (kind !== 'learning') return undefined;
  const text = learningText(observed, { ...terminal, width: terminal.width - MARGIN });
  return text && indent(text, MARGIN);
}
