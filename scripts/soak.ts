// `npm run soak`: labs rebuilt hundreds of times; what flaked, what grew, what was left. docs/trust/soak.md has figures.
import { parseSoakOptions, type SoakOptions, SoakUsageError, USAGE } from './soak/options.ts';

const EXIT = { clean: 0, problems: 1, usage: 2, interrupted: 130 } as const;

try {
  const options = parseSoakOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else process.exitCode = await soak(options);
} catch (error) {
  if (!(error instanceof SoakUsageError)) throw error;
  process.stderr.write(`npm run soak: ${error.message}\n\n${USAGE}`);
  process.exitCode = EXIT.usage;
}

async function soak({ labs, rebuilds, afresh, json }: SoakOptions): Promise<number> {
  const [place, { soakLabs }, { isClean, soakText }, { StatusLine }, { onStopRequests }] = await Promise.all([
    import('./bench/private-place.ts'),
    import('./soak/soak-labs.ts'),
    import('./soak/summary.ts'),
    import('./cli/status-line.ts'),
    import('./cli/engine/stop-requests.ts'),
  ]);
  const soon = new AbortController();
  const now = new AbortController();
  const line = new StatusLine(process.stderr);
  onStopRequests((request) => {
    line.update([request === 'soon' ? 'Stopping: the labs are taken down first …' : 'Stopping at once …']);
    soon.abort();
    if (request === 'now') now.abort();
  });
  const own = await place.openPlace('soak');
  try {
    const soaked = await soakLabs(
      own,
      { labs, rebuilds, afresh },
      { soon: soon.signal, now: now.signal },
      (cycle) => {
        const { lab, number, problems, seconds } = cycle;
        const told = problems.map((problem) => `${lab} ${number}: ${problem}`);
        line.update(told, `  ${lab} ${number} of ${rebuilds}  ${seconds.toFixed(1)} s`);
      },
    );
    line.update([]);
    process.stdout.write(`${json ? JSON.stringify(soaked, null, 2) : soakText(soaked)}\n`);
    if (soon.signal.aborted) return EXIT.interrupted;
    return isClean(soaked) ? EXIT.clean : EXIT.problems;
  } finally {
    await place.closePlace(own);
  }
}
