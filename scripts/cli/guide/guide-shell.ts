// The shell of a guide, as a reader would have it in the checkout: its environment, and the command line without npm.
import path from 'node:path';
import { GuideShell } from '../../../infra/guide/shell.ts';
import { ROOT } from '../project.ts';

/** @param stack what CNILAB_STACK says in it */
export async function openGuideShell(stack: string): Promise<GuideShell> {
  // What is printed is compared and written down: no colours, and commands as the guide has them, however it is played.
  const { FORCE_COLOR: _, NODE_TEST_CONTEXT: __, CNILAB_CALLED_AS: ___, ...env } = process.env;
  return await GuideShell.open({
    cwd: ROOT,
    cnilab: [process.execPath, path.join(ROOT, 'scripts', 'cnilab.ts')],
    env: { ...(env as Record<string, string>), CNILAB_STACK: stack, INIT_CWD: ROOT, NO_COLOR: '1' },
  });
}
