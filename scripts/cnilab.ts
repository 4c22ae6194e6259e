// The cnilab command: `npm run up`, `npm run down` and `npm run lab` end here, on Node 24.
import { keepCompiled } from '../infra/util/compile-cache.mjs';
import { endWith } from './cli/end-with.ts';
import { endWhenStopped } from './cli/engine/stop-requests.ts';
import { leaveStopsToOthers } from './setup/early-stop.mjs';

endWhenStopped();
keepCompiled();
// A reader that has seen enough, such as head(1), closes the pipe: there is nobody left to write to, and nothing is wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
leaveStopsToOthers();
const { main } = await import('./cli/main.ts');
await endWith(await main(process.argv.slice(2)));
