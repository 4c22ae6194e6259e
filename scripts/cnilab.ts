// The cnilab command: `npm run up`, `npm run down` and `npm run lab` end here, on Node 24.
import { keepCompiled } from '../infra/util/compile-cache.mjs';
import { endWhenNobodyReads, endWith } from './cli/end-with.ts';
import { endWhenStopped } from './cli/engine/stop-requests.ts';
import { guardOutput } from './cli/guard-output.ts';
import { leaveStopsToOthers } from './setup/early-stop.mjs';

endWhenStopped();
keepCompiled();
endWhenNobodyReads();
for (const stream of [process.stdout, process.stderr]) guardOutput(stream);
leaveStopsToOthers();
const { main } = await import('./cli/main.ts');
await endWith(await main(process.argv.slice(2)));
