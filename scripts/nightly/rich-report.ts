// The report of one run, beside its results.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readRecord } from '../../infra/state/stack-store.ts';

export interface ReportedRun {
  /** Absolute path of what was kept of the run: up/ and verify/ with results.json and captures/. */
  readonly directory: string;
  /** Stack that still stands, with everything in it, while this is called. */
  readonly stack: string;
}

const FILE = 'report.html';

/**
 * Called once a run, after `verify`, before the lab is taken down.
 * @returns the file's name, relative to `directory`; undefined where nothing stands under the stack
 */
export async function writeRichReport({ directory, stack }: ReportedRun): Promise<string | undefined> {
  const record = await readRecord(stack);
  if (record === undefined) return undefined;
  const { stackReport } = await import('../cli/stack-report.ts');
  await writeFile(path.join(directory, FILE), (await stackReport(record)).page);
  return FILE;
}
