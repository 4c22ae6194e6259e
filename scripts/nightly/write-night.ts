// What a night leaves beside its runs' own files: summary.json, junit.xml and index.html, each replaced as a whole.
import path from 'node:path';
import { writeAtomic } from '../../infra/util/write-atomic.ts';
import { indexPage } from './index-page.ts';
import { junitXml } from './junit.ts';
import { environmentFailed, type Night, nightExitCode, runVerdict } from './night.ts';

/** After every run, so that whatever ends the night, what has been run is on record. */
export async function writeNight(directory: string, night: Night): Promise<void> {
  const files = {
    'summary.json': `${JSON.stringify(nightSummary(night), null, 2)}\n`,
    'junit.xml': junitXml(night),
    'index.html': indexPage(night),
  };
  await Promise.all(
    Object.entries(files).map(([name, content]) => writeAtomic(path.join(directory, name), content)),
  );
}

/** The night and what it comes to. */
export function nightSummary(night: Night) {
  const { runs, ...facts } = night;
  return {
    version: 1,
    ...facts,
    exitCode: nightExitCode(night),
    environmentFailed: environmentFailed(night),
    runs: runs.map((run) => ({ ...run, verdict: runVerdict(run) })),
  };
}
