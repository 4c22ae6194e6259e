import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { exec } from '../../../../infra/util/exec.ts';

const SHIM = fileURLToPath(
  new URL('../../../../infra/backends/kind/scripts/with-address.sh', import.meta.url),
);

/** Each argument that the real command would get, on a line of its own. */
async function called(args: readonly string[]) {
  const env = {
    CNILAB_RUNTIME: fileURLToPath(new URL('../../../support/print-args.sh', import.meta.url)),
    CNILAB_NETWORK: 'lab-net',
    CNILAB_RUN_FLAGS: 'x-worker --ip 10.0.0.3\nx-worker2 --ip 10.0.0.4 --label a=b',
  };
  const { stdout, stderr, exitCode } = await exec(['/bin/sh', SHIM, ...args], { env });
  return { args: stdout.split('\n').slice(0, -1), stderr, exitCode };
}

describe('what stands between kind and the container runtime', () => {
  it('adds a node’s flags, and puts it on the lab’s network', async () => {
    const { args } = await called([
      'run',
      '--name',
      'x-worker2',
      '--net',
      'kind',
      '-e',
      'A=b  c',
      'image',
      'x;y',
    ]);
    expect(args).toEqual([
      ...['run', '--ip', '10.0.0.4', '--label', 'a=b'],
      ...['--name', 'x-worker2', '--net', 'lab-net', '-e', 'A=b  c', 'image', 'x;y'],
    ]);
  });

  it('passes everything else on as it is', async () => {
    const words = ['exec', '-i', 'x-worker', 'sh', '-c', "echo 'a  b' --net kind", ''];
    expect((await called(words)).args).toEqual(words);
  });

  it('refuses a container that nobody planned', async () => {
    const { exitCode, stderr, args } = await called(['run', '--name', 'x-worker3', 'image']);
    expect({ exitCode, stderr, args }).toEqual({
      exitCode: 1,
      stderr: "cnilab has no address for a container called 'x-worker3'\n",
      args: [],
    });
  });
});
