// `npm run doctor`: a table of each need, found or not, version, where from, what to do. It changes nothing.
import { parseArgs } from 'node:util';
import { examine } from './doctor/examine.ts';

const USAGE = 'usage: npm run doctor [-- --json]\n';

try {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) process.stdout.write(USAGE);
  else process.exitCode = await examine(values.json === true);
} catch (error) {
  if ((error as { code?: string }).code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw error;
  process.stderr.write(`doctor: ${(error as Error).message}\n${USAGE}`);
  process.exitCode = 2;
}
