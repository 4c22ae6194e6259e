// A night in words, for the terminal and for its page. Pure.
import { PLAIN, type Terminal } from '../../infra/report/paint.ts';
import { numbers, renderTable } from '../../infra/report/table.ts';
import { count, indent, oneLine } from '../../infra/report/words.ts';
import { checkCounts, type Night, type NightRun, ROUNDS, runVerdict } from './night.ts';

/** pass, FAIL, inconclusive; or what kept it from being run. */
export function runWord(run: NightRun): string {
  if (run.state === 'stopped') return 'stopped';
  const verdict = runVerdict(run);
  const word = verdict === 'fail' ? 'FAIL' : verdict;
  if (run.state === 'failed') return word === undefined || word === 'pass' ? 'not run' : `${word}, not whole`;
  return `${word ?? 'nothing asked'}${run.left === undefined ? '' : ', still up'}`;
}

/** Such as `5 of 6 runs pass, 1 fails`. */
export function nightWords({ runs, planned, interrupted }: Night): string {
  const groups = Map.groupBy(runs, runWord);
  const passed = groups.get('pass')?.length ?? 0;
  const others = [...groups].filter(([word]) => word !== 'pass').map(([word, of]) => `${of.length} ${word}`);
  const all = `${passed} of ${count(planned, 'run')} pass`;
  return [all, ...others, ...(interrupted ? ['the night was stopped'] : [])].join(', ');
}

/** A line for each run, then every check that is no pass. Without a trailing newline. */
export function nightText(night: Night, terminal: Terminal = PLAIN): string {
  const { runs, leftOut, unusable } = night;
  const rows = runs.map((run) => {
    const { passed, made } = checkCounts(run);
    const time = `${(run.durationMs / 1000).toFixed(1)} s`;
    return [runWord(run), run.lab, run.backend, run.repeat, `${passed}/${made}`, time];
  });
  const columns = ['VERDICT', 'LAB', 'BACKEND', numbers('REPEAT'), numbers('CHECKS'), numbers('TIME')];
  const decorate = (header: string) => terminal.paint('dim', header);
  const problems = runs.flatMap(problemLines);
  const notRun = [
    ...leftOut.map(({ lab, backend, reason }) => `${lab} on ${backend}: ${oneLine(reason)}`),
    ...unusable.map(({ name, reason, fix }) => `${name}: ${oneLine(reason)}${fix ? `\n  → ${fix}` : ''}`),
  ];
  return [
    ...(rows.length === 0
      ? []
      : [renderTable(columns, rows, { width: terminal.width, indent: 2, decorate })]),
    ...(problems.length === 0 ? [] : [`No pass\n${problems.map((line) => indent(line, 2)).join('\n')}`]),
    ...(notRun.length === 0 ? [] : [`Not run\n${notRun.map((line) => indent(line, 2)).join('\n')}`]),
    terminal.paint('bold', nightWords(night)),
  ].join('\n\n');
}

function problemLines(run: NightRun): readonly string[] {
  const where = `${run.lab} on ${run.backend}, repeat ${run.repeat}`;
  const own = [run.reason, run.left].flatMap((text) => (text === undefined ? [] : [`${where}: ${text}`]));
  const checks = run.checks.flatMap(({ experiment, check, verdict, rounds }) => {
    if (verdict === 'pass') return [];
    const details = ROUNDS.flatMap((round) => {
      const of = rounds[round];
      return of === undefined || of.verdict === 'pass'
        ? []
        : [`  in ${round}: ${of.verdict}`, ...of.details.slice(0, 3).map((line) => `    ${oneLine(line)}`)];
    });
    return [[`${where}: ${experiment}${check === undefined ? '' : `, ${check}`}`, ...details].join('\n')];
  });
  return [...own, ...checks];
}
