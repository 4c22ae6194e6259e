// The plugin process: serves the provider until the engine ends it, or is gone itself.
import { flushCompileCache } from 'node:module';
import { quickStart } from '../util/quick-start.ts';

/** Without the engine nobody would ever end us: looked for once a second, which costs nothing measurable. */
const PARENT_CHECK_MS = 1000;

// It halves the time until the engine can go on.
await quickStart();
const [{ createProvider }, { createReporter }, { serve }] = await Promise.all([
  import('./provider.ts'),
  import('./reporter.ts'),
  import('./server.ts'),
]);

// The engine gives its address last, after flags of its own.
const engineAddress = process.argv.slice(2).findLast((argument) => !argument.startsWith('-'));
const reporter = createReporter(engineAddress);
const provider = createProvider(reporter);

const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) void provider.cancel().finally(() => process.exit(1));
}, PARENT_CHECK_MS).unref();

/** The engine's last call: right after it the process is killed, and would never store what it has compiled. */
const cancel = () => provider.cancel().finally(flushCompileCache);

const port = await serve({ ...provider, cancel }, '0.1.0');
// The protocol: the first line of standard output is the port, and nothing else comes before it.
process.stdout.write(`${port}\n`);

// While the engine registers the first resources: nearly every lab is on the default backend and has experiments. What
// goes wrong here goes wrong again, with a message, when it is needed.
const { DEFAULT_BACKEND, loadBackend } = await import('../backends/registry.ts');
loadBackend(DEFAULT_BACKEND)
  .then(() => import('./handlers/experiment.ts'))
  .then(({ loadExperiments }) => loadExperiments())
  .catch(() => undefined);
