import { afterEach, expect, test, vi } from 'vitest';
import { openGuideShell } from '../../../scripts/cli/guide/guide-shell.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('commands of a guide print what it shows, even where it was begun with the bin', async () => {
  vi.stubEnv('CNILAB_CALLED_AS', 'cnilab');
  const shell = await openGuideShell('mine');
  try {
    const { output } = await shell.run('npm run -s lab -- --help');
    expect(output).toContain('npm run -s lab -- <verb> --help');
  } finally {
    await shell.close();
  }
});
