// Ledger files to the history of every check.
import path from 'node:path';
import { usageError } from '../../cli/cli-error.ts';
import { userDirectory } from '../../cli/user-directory.ts';
import { classify } from './classify.ts';
import type { HistoryRow } from './history-text.ts';
import { seriesOf } from './series.ts';
import { readLedger } from './store.ts';

export interface History {
  readonly rows: readonly HistoryRow[];
  /** Lines that were left out: `<file>:<line>`. */
  readonly unreadable: readonly string[];
}

/** @param nights of each check, the last so many. @throws CliError for a file that is not there */
export async function readHistory(
  files: readonly string[],
  nights: number,
  whereTheUserIs: string = userDirectory(),
): Promise<History> {
  const read = await Promise.all(
    files.map((file) =>
      readLedger(path.resolve(whereTheUserIs, file)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        throw usageError(`there is no ledger ${file}`, `npm run nightly -- --ledger ${file}   begins one`);
      }),
    ),
  );
  const series = seriesOf(
    read.flatMap(({ lines }) => lines),
    nights,
  );
  return {
    rows: series.map((one) => ({ series: one, classified: classify(one) })),
    unreadable: read.flatMap((one) => one.unreadable),
  };
}
