// The script itself, where a tool behaves as none does in a quiet test.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { OBSERVE_SCRIPT } from '../../../infra/observe/script.ts';
import { exec } from '../../../infra/util/exec.ts';

it('asks lsns again when it gives up: a process has ended while it was looking', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'cnilab-lsns-'));
  const tried = path.join(directory, 'tried');
  const standIn = path.join(directory, 'lsns');
  writeFileSync(standIn, `#!/bin/sh\n[ -e ${tried} ] || { : > ${tried}; exit 1; }\necho found\n`);
  chmodSync(standIn, 0o755);
  const env = { PATH: `${directory}:${process.env.PATH}` };
  const { stdout } = await exec(['sh', '-c', OBSERVE_SCRIPT, 'observe', 'MARK', 'node'], { env });
  expect(stdout).toContain('MARK begin netnsids\nfound\n\nMARK end netnsids 0\n');
  rmSync(directory, { recursive: true });
});
