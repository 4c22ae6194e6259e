// Results as a page for a person: every check, and what was there instead where one does not hold. Pure.
import type { ExperimentResult, LabResults } from '../../infra/experiments/result.ts';
import { failedExperiment, verdictWord } from '../../infra/report/failures.ts';
import { PLAIN, type Terminal } from '../../infra/report/paint.ts';

/** Ends with a newline. */
export function resultsPage(results: LabResults, terminal: Terminal = PLAIN): string {
  const { lab, stack, backend, verdict, experiments } = results;
  const head = `Lab ${lab}, stack ${stack}, ${backend} backend: `;
  if (experiments.length === 0) return `${head}no experiment has been run\n`;
  const texts = experiments.map((experiment) => experimentText(experiment, terminal));
  return `${[head + verdictWord(verdict, terminal), ...texts].join('\n\n')}\n`;
}

/** One experiment: what holds on a line each, what does not with everything there is to say about it. */
export function experimentText(experiment: ExperimentResult, terminal: Terminal = PLAIN): string {
  const { name, kind, title, verdict, checks, faults, durationMs } = experiment;
  const passed = checks
    .filter((check) => check.verdict === 'pass')
    .map(
      (check) =>
        `  ${verdictWord('pass', terminal)}  ${check.name}${check.claim === undefined ? '' : ` [${check.claim}]`}`,
    );
  const broken = faults?.map((fault) => `, with ${fault.name} on ${fault.host}`).join('') ?? '';
  const about = `${kind}, ${(durationMs / 1000).toFixed(2)} s${broken}`;
  const head = `${verdictWord(verdict, terminal)} ${terminal.paint('bold', name)} (${about})${title === undefined ? '' : `: ${title}`}`;
  if (verdict === 'pass') return [head, ...passed].join('\n');
  const [, ...failed] = failedExperiment(experiment, terminal).split('\n');
  return [head, ...passed, ...failed].join('\n');
}
