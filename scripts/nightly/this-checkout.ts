// Which source a night runs, as Git has it.
import { exec } from '../../infra/util/exec.ts';
import { ROOT } from '../cli/project.ts';
import { UNKNOWN_COMMIT } from './ledger/series.ts';

export interface CheckoutState {
  readonly commit: string;
  /** There are changes that are in no commit, or nobody can say. */
  readonly dirty: boolean;
}

/** Without Git, or outside of a repository: an unknown commit. */
export async function checkoutState(directory: string = ROOT): Promise<CheckoutState> {
  const git = (...args: readonly string[]) =>
    exec(['git', ...args], { cwd: directory }).catch(() => undefined);
  const [head, status] = await Promise.all([git('rev-parse', 'HEAD'), git('status', '--porcelain')]);
  if (head?.exitCode !== 0) return { commit: UNKNOWN_COMMIT, dirty: true };
  return { commit: head.stdout.trim(), dirty: status?.exitCode !== 0 || status.stdout.trim() !== '' };
}
