// The cnilab command: `npm run up`, `npm run down` and `npm run lab` end here, on Node 24.
import { keepCompiled } from '../infra/util/compile-cache.mjs';
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
const exitCode = await main(process.argv.slice(2));
// A pipe takes 64 KiB at a time: what was written is out only when the stream says so.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))),
);
// What a command left open (a resident shell of the lab's) must not keep it from ending.
process.exit(exitCode);
