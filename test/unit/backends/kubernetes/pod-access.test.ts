// Privileged pods go with the command that they were made for, whatever way it ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type StandInKubeApi, standInKubeApi } from '../../../support/stand-in-kube-api.ts';

let directory: string;
let api: StandInKubeApi;
let kubeconfig: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'cnilab-pods-'));
  api = await standInKubeApi();
  kubeconfig = path.join(directory, 'kubeconfig');
  await writeFile(kubeconfig, api.kubeconfig);
  const kubectl = path.join(directory, 'kubectl');
  await writeFile(
    kubectl,
    `#!/bin/sh\necho "$@" > ${directory}/.said && mv ${directory}/.said ${directory}/said\n`,
  );
  await chmod(kubectl, 0o755);
});
afterEach(async () => {
  await api.close();
  await rm(directory, { recursive: true });
});

function command(end: 'exit' | 'throw' | 'close' | 'wait') {
  const program = path.resolve(import.meta.dirname, '../../../support/enter-nodes.ts');
  const child = spawn(process.execPath, [program, kubeconfig, end], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PATH: `${directory}:${process.env.PATH}` },
  });
  const ended = once(child, 'exit');
  // Or ended without having come so far: what is expected of it then tells.
  const opened = Promise.race([once(child.stdout, 'data'), ended]);
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), opened, ended };
}
const said = () => readFile(path.join(directory, 'said'), 'utf8');
const userOf = () => [...api.pods.values()][0]?.metadata.labels?.['cnilab.io/user'];

describe('privileged pods of a command', () => {
  it('are taken away by itself when it is through', async () => {
    await command('close').ended;
    expect(api.pods.size).toBe(0);
    expect(api.requests.filter((line) => line.startsWith('DELETE'))).toHaveLength(2);
    await expect(said()).rejects.toThrow('ENOENT');
  });

  it.each(['exit', 'throw', 'SIGINT'] as const)(
    'are taken away by kubectl where the command ends without more ado: %s',
    async (end) => {
      const child = command(end === 'exit' || end === 'throw' ? end : 'wait');
      await child.opened;
      if (end.startsWith('SIG')) child.kill(end as NodeJS.Signals);
      await child.ended;
      const user = userOf();
      expect(user).toMatch(/^[0-9a-f]{8}$/);
      const argv = `--kubeconfig ${kubeconfig} -n cnilab-nodes-x --request-timeout=20s delete pods -l cnilab.io/user=${user} --wait=false`;
      expect(await vi.waitFor(said, { timeout: 5000 })).toBe(`${argv}\n`);
    },
  );

  it('are taken away by the next command after SIGKILL, and those of a command that runs are left alone', async () => {
    const running = command('wait');
    await running.opened;
    const kept = [...api.pods.keys()];
    const killed = command('wait');
    await killed.opened;
    killed.kill('SIGKILL');
    await killed.ended;
    expect(api.pods.size).toBe(4);
    await command('close').ended;
    expect([...api.pods.keys()]).toEqual(kept);
    running.kill('SIGKILL');
  });
});
