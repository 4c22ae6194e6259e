// The rich report of one run, beside its results: the one place to call whatever writes it.
import type { NightRun } from './night.ts';

export interface ReportedRun {
  readonly run: Omit<NightRun, 'report'>;
  /** Absolute path of what was kept of the run: up/ and verify/ with results.json and captures/. */
  readonly directory: string;
  /** Stack that still stands, with everything in it, while this is called. */
  readonly stack: string;
}

/**
 * Called once a run, after `verify`, before the lab is taken down.
 * @returns the file's name, relative to `directory`; undefined where there is none
 */
export async function writeRichReport(_reported: ReportedRun): Promise<string | undefined> {
  return undefined;
}
