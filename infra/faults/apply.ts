// Brings a fault into a live lab, and takes it away again.
import type { Cluster } from '../backends/backend.ts';
import type { FaultPlan, Step } from './fault.ts';

/** A command of a fault did not do what it was to do. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
}

/**
 * All of it, or nothing: what was done before a command failed is undone.
 * @throws FaultError naming the command, with what it said
 */
export async function injectFault(cluster: Cluster, plan: FaultPlan, signal?: AbortSignal): Promise<void> {
  try {
    for (const step of plan.inject) await take(cluster, step, signal);
  } catch (error) {
    for (const step of plan.repair) await take(cluster, step).catch(() => undefined);
    throw error;
  }
}

/** @throws FaultError naming the first command that failed; the others have been tried */
export async function repairFault(
  cluster: Cluster,
  { repair }: Pick<FaultPlan, 'repair'>,
  signal?: AbortSignal,
): Promise<void> {
  let first: unknown;
  for (const step of repair) {
    await take(cluster, step, signal).catch((error: unknown) => {
      first ??= error;
    });
  }
  if (first !== undefined) throw first;
}

async function take(cluster: Cluster, { host, argv }: Step, signal?: AbortSignal): Promise<void> {
  const { exitCode, stderr } = await cluster.host(host).run(argv, signal && { signal });
  if (exitCode === 0) return;
  throw new FaultError(`${host}: ${argv.join(' ')}: ${stderr.trim() || `exit code ${exitCode}`}`);
}
