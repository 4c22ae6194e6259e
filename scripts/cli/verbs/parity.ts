// `parity`: one lab on every backend of this machine, and a table of its assertions × backends.

import { loadLab } from '../../../infra/lab/load.ts';
import { compareParity } from '../../../infra/parity/compare-parity.ts';
import { terminalOf } from '../../../infra/report/paint.ts';
import { parityMarkdown } from '../../../infra/report/parity-markdown.ts';
import type { ParityReport } from '../../../infra/report/parity-report.ts';
import { parityText } from '../../../infra/report/parity-text.ts';
import { indent } from '../../../infra/report/words.ts';
import { candidates } from '../backend-candidates.ts';
import { parseSettings } from '../backend-settings.ts';
import { environmentError } from '../cli-error.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { findLabFile } from '../lab-files.ts';
import { labExplanations } from '../parity/lab-explanations.ts';
import { runInTurn } from '../parity/run-in-turn.ts';
import { parityStack } from '../parity/run-on-backend.ts';
import { asTyped } from '../spelling.ts';
import { readablePath } from '../text.ts';

export interface ParityOptions {
  /** Names with commas between them. @default all there are */
  readonly backend?: string;
  /** `<backend>.<key>=<value>` */
  readonly set?: readonly string[];
  readonly keep?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

export async function parity(word: string, options: ParityOptions): Promise<ExitCode> {
  const file = await findLabFile(word);
  const lab = await loadLab(readablePath(file));
  const explanations = await labExplanations(file, lab);
  const chosen = await candidates(options.backend, parseSettings(options.set ?? []));
  // Standard output is the table's alone.
  const out = process.stderr;
  const { runs, backends, left } = await runInTurn({ file, lab }, chosen, { keep: options.keep, out });
  const report = { lab: lab.name, backends, parity: compareParity(lab.experiments, runs, explanations) };
  out.write('\n');
  process.stdout.write(`${rendered(report, options)}\n`);
  if (options.keep) {
    for (const { backend } of runs) {
      const stack = parityStack(lab.name, backend);
      out.write(asTyped(`npm run down -- --stack ${stack}   takes down the one on ${backend}\n`));
    }
  }
  if (left.length === 0) return exitCode(report, options);
  throw environmentError(
    `not everything could be taken down:\n${left.map(({ stack, reason }) => indent(`${stack}: ${reason}`, 2)).join('\n')}`,
    ...left.map(({ stack }) => `npm run down -- --stack ${stack}   tries again`),
  );
}

function rendered(report: ParityReport, { all = false, json, markdown }: ParityOptions): string {
  if (json) {
    const {
      lab,
      backends,
      parity: { backends: columns, ...table },
    } = report;
    return JSON.stringify(
      { lab, verdict: table.verdict, columns, backends, rows: table.rows, stale: table.stale },
      null,
      2,
    );
  }
  if (markdown) return parityMarkdown(report, all);
  return parityText(report, { all, terminal: terminalOf(process.stdout) });
}

/** A backend that could not be used is a fact about the machine, unless it was asked for by name. */
function exitCode(
  { backends, parity: { backends: columns, verdict } }: ParityReport,
  { backend }: ParityOptions,
): ExitCode {
  if (columns.length === 0) return EXIT.environment;
  if (verdict === 'fail') return EXIT.fail;
  const missing = backends.some(
    ({ state }) => state === 'failed' || (state === 'unusable' && backend !== undefined),
  );
  return missing ? EXIT.environment : exitCodeOf(verdict);
}
