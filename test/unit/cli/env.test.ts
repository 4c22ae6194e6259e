// `env`: lines that a POSIX shell can take as they are.
import { expect, test } from 'vitest';
import { exec } from '../../../infra/util/exec.ts';
import { exportLines } from '../../../scripts/cli/verbs/env.ts';

test('a shell that evaluates the lines has the values, however strange', async () => {
  const lines = exportLines({
    PATH: "/home/o'neill/my lab/node_modules/.bin:/usr/bin:/bin:/usr/bin:/x/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin",
    PULUMI_CONFIG_PASSPHRASE: '',
    PULUMI_HOME: '$(touch /tmp/x) `y`',
    HOME: '/home/me',
  });
  const script = `${lines}printf '%s\\n' "$PATH" "\${PULUMI_CONFIG_PASSPHRASE-unset}" "$PULUMI_HOME"`;
  const { stdout } = await exec(['/bin/sh', '-c', script], { env: {} });
  expect(stdout.split('\n')).toEqual([
    "/home/o'neill/my lab/node_modules/.bin:/usr/bin:/bin",
    '',
    '$(touch /tmp/x) `y`',
    '',
  ]);
  expect(lines).not.toContain('HOME=/home/me');
});
