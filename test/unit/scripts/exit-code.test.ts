import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exec } from '../../../infra/util/exec.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');
const main = path.join(ROOT, 'scripts', 'setup', 'main.ts');

describe('what npm run … ends with', () => {
  it('is the exit code of the program behind the verb', async () => {
    const argv = [process.execPath, main, 'test', 'no-such-stage'];
    expect(await exec(argv, { cwd: ROOT })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no stage is called no-such-stage'),
    });
  });
});
