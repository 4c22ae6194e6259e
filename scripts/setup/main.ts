// Runs one verb of package.json's scripts on Node 24, after making ready what it needs.
import { fileURLToPath } from 'node:url';
import { endWhenStoppedEarly, leaveStopsToOthers } from './early-stop.mjs';
import { toolPath } from './engine-env.ts';
import { ensureEverything, ensurePlugins } from './ensure.ts';
import { tryOptionalTools } from './ensure-system.ts';
import { EXIT_NOT_READY, NotReady } from './not-ready.mjs';
import { endChildrenOnSignal, run } from './run.ts';
import { countsTests, isVerb, needOf, VERBS, type Verb } from './verbs.ts';

const CNILAB = '../cnilab.ts';

/** The program behind each verb; each runs when imported and reads its arguments from process.argv. */
const PROGRAMS: Readonly<Record<Exclude<Verb, 'pulumi'>, { file: string; first?: string }>> = {
  up: { file: CNILAB, first: 'up' },
  down: { file: CNILAB, first: 'down' },
  lab: { file: CNILAB },
  test: { file: '../test-all.ts' },
  'test-kind': { file: '../test-kind.ts' },
  doctor: { file: '../doctor.ts' },
  bench: { file: '../bench.ts' },
  scale: { file: '../scale.ts' },
  soak: { file: '../soak.ts' },
  nightly: { file: '../nightly.ts' },
  conformance: { file: '../conformance.ts' },
  fuzz: { file: '../fuzz.ts' },
  crash: { file: '../crash.ts' },
};

const [verb, ...args] = process.argv.slice(2);
try {
  const exitCode = await main(verb, args);
  // A program that was imported has set it itself; undefined would set it back to success.
  if (exitCode !== undefined) process.exitCode = exitCode;
} catch (error) {
  if (!(error instanceof NotReady)) throw error;
  process.stderr.write(`cnilab: ${error.message}\n`);
  if (countsTests(verb)) process.stdout.write('0 passed, 1 failed, 0 skipped\n');
  process.exitCode = EXIT_NOT_READY;
}

async function main(verb: string | undefined, args: readonly string[]): Promise<number | undefined> {
  if (!isVerb(verb)) {
    process.stderr.write(
      `usage: npm run ${VERBS.join('|').replace('test-kind', 'test:kind')} [-- arguments]\n`,
    );
    return 2;
  }
  const restore = endChildrenOnSignal('kill');
  leaveStopsToOthers();
  const need = needOf(verb, args);
  if (need === 'plugins') await ensurePlugins();
  if (need === 'everything') Object.assign(process.env, await ensureEverything());
  else process.env.PATH = toolPath();
  if (verb === 'test' && args.length === 0) await tryOptionalTools();
  endWhenStoppedEarly();
  restore();
  return verb === 'pulumi' ? await pulumi(args) : await program(verb, args);
}

/** The engine itself, with the terminal; it decides what Ctrl-C means. */
async function pulumi(args: readonly string[]): Promise<number> {
  const restore = endChildrenOnSignal('wait');
  leaveStopsToOthers();
  const { exitCode } = await run(['pulumi', ...args], { output: 'inherit' });
  restore();
  return exitCode;
}

/** In this process: a second Node would cost every command 40 ms and 40 MB. The program sets the exit code. */
async function program(verb: Exclude<Verb, 'pulumi'>, args: readonly string[]): Promise<undefined> {
  const { file, first } = PROGRAMS[verb];
  const url = new URL(file, import.meta.url);
  process.argv.splice(1, Number.POSITIVE_INFINITY, fileURLToPath(url), ...(first ? [first] : []), ...args);
  // The command line has its own way of being stopped, and takes over when it is there.
  if (file !== CNILAB) leaveStopsToOthers();
  await import(url.href);
}
