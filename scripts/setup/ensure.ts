// Makes everything ready that a lab needs, in the order that fails soonest. Quick when it is all there.
import { findCniPlugin } from '../../infra/util/tools.ts';
import { engineEnv } from './engine-env.ts';
import { ensureSystemTools } from './ensure-system.ts';
import { ensureFlannel, ensureReferencePlugins } from './plugins.ts';
import { missingPlugins, missingTools } from './system-tools.ts';

/**
 * @returns the environment for the engine and everything else of this project
 * @throws NotReady
 */
export async function ensureEverything(): Promise<NodeJS.ProcessEnv> {
  await ensurePlugins();
  return await engineEnv();
}

/** What a lab needs but for the engine. @throws NotReady */
export async function ensurePlugins(): Promise<void> {
  if (missingTools().length > 0 || missingPlugins().length > 0) await ensureSystemTools();
  if (missingPlugins().length > 0) await ensureReferencePlugins();
  if (!findCniPlugin('flannel')) await ensureFlannel();
}
