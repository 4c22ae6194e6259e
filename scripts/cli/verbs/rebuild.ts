// `rebuild`: a lab from the beginning, under the same stack and with the same settings.
import { loadBackend } from '../../../infra/backends/registry.ts';
import { loadLab } from '../../../infra/lab/load.ts';
import { chooseRecord } from '../choose-stack.ts';
import { clearLeftovers, openStack, refuseWhileLocked } from '../engine/stack-session.ts';
import type { ExitCode } from '../exit-codes.ts';
import { refuseAnotherState } from '../foreign-stack.ts';
import { readablePath } from '../text.ts';
import { up } from './up.ts';

/** What stands is taken away first, and `up` finds nothing alive: stopped in between, a plain `up` goes on. */
export async function rebuild(
  stack: string | undefined,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const record = await chooseRecord(stack, 'npm run -s lab -- rebuild');
  // Nothing is taken away for a file that cannot be stood up, or by whom `up` would be refused.
  await loadLab(readablePath(record.labFile));
  const session = await openStack(record.stack);
  await refuseAnotherState(record, session, []);
  const out = options.json ? process.stderr : process.stdout;
  await clearLeftovers(session, (line) => void out.write(`${line}\n`));
  await refuseWhileLocked(session);
  const backend = await loadBackend(record.backend);
  out.write(`Taking away what stands under stack ${record.stack} …\n`);
  await backend.deleteCluster(record.handle, { signal: new AbortController().signal });
  return up(record.labFile, { stack: record.stack, ...options });
}
