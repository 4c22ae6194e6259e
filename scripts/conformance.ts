// `npm run conformance`: the CNI runtime beside cnitool, on the same networks. docs/trust/cni-conformance.md has the outcome.
import { CASES, PROTOCOL } from '../test/conformance/cases.ts';
import { VERSIONS } from '../test/conformance/conformance-case.ts';
import type { Sides } from '../test/conformance/run-cases.ts';
import { type ConformanceOptions, parseOptions, USAGE } from './conformance/options.ts';
import { NotReady } from './setup/not-ready.mjs';
import { EXIT, runTool } from './tool/run-tool.ts';

const KNOWN = { cases: CASES.map(({ name }) => name), versions: VERSIONS };

await runTool({
  name: 'conformance',
  usage: USAGE,
  parse: (args) => parseOptions(args, KNOWN),
  run: compare,
});

async function compare({ cases, versions, plugins, parallel, json, write }: ConformanceOptions) {
  const [{ builtPlugins, systemPlugins }, { pairsOf, runPairs }, { figuresOf }, report, tools, setup] =
    await Promise.all([
      import('../test/conformance/plugin-sets.ts'),
      import('../test/conformance/run-cases.ts'),
      import('../test/conformance/figures.ts'),
      import('./conformance/report.ts'),
      import('./setup/conformance-tools.ts'),
      import('./setup/plugins.ts'),
    ]);
  await tools.ensureConformanceTools();
  const system = await systemPlugins();
  const sets = [
    ...(system ? [system] : []),
    builtPlugins(tools.conformanceDir(), setup.REFERENCE_VERSION.slice(1)),
  ];
  const pairs = pairsOf(
    CASES.filter(({ name }) => cases.includes(name)),
    versions,
    sets.filter(({ id }) => plugins.includes(id)),
  );
  let done = 0;
  const protocol = new Map<string, Sides>();
  const results = await runPairs(pairs, tools.findCnitool() ?? '', parallel, (result, sides) => {
    done++;
    if (result.case === PROTOCOL.name) protocol.set(result.version, sides);
    const found = report.unexplainedLines(result);
    if (!json) process.stdout.write(found.map((line) => `${line}\n`).join(''));
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${pairs.length} pairs`);
  });
  const run = {
    ...report.thisMachine(),
    cnitool: tools.CNITOOL_VERSION,
    sets: Object.fromEntries(sets.map(({ id, name }) => [id, name])),
    pairs: results,
  };
  const figures = figuresOf(run);
  process.stdout.write(
    json ? `${JSON.stringify({ ...figures, pairs: results }, null, 2)}\n` : report.summary(figures),
  );
  if (write) {
    const refusal = report.record(run);
    if (refusal) throw new NotReady(refusal);
    report.recordCalls(protocol);
  }
  return figures.total.unexplained === 0 ? EXIT.well : EXIT.notWell;
}
