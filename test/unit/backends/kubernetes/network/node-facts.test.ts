import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Host } from '../../../../../infra/backends/host.ts';
import { readNodeFacts } from '../../../../../infra/backends/kubernetes/network/node-facts.ts';
import { exec } from '../../../../../infra/util/exec.ts';

const op = { signal: new AbortController().signal };
/** This machine. */
const host = {
  name: 'here',
  run: async (argv: readonly string[]) => ({ argv, ...(await exec(argv)), startedNs: 0n, durationNs: 0n }),
} as unknown as Host;

let elsewhere: string;
beforeEach(async () => {
  elsewhere = await mkdtemp(path.join(tmpdir(), 'cnilab-root-'));
});
afterEach(() => rm(elsewhere, { recursive: true }));

it('has perl where the node has it', async () => {
  expect(await readNodeFacts(host, op, '/')).toMatchObject({
    machine: expect.stringMatching(/^\w+$/),
    perl: expect.stringMatching(/^\/.*perl$/),
  });
});

// A recorder that a privileged pod had put before the node's plugins broke them: what it needs was in the pod.
it('has none where what is entered is a pod on the node: its perl and its files are not the node’s', async () => {
  expect(await readNodeFacts(host, op, elsewhere)).toMatchObject({ perl: '' });
  expect(await readNodeFacts(host, op, '/nowhere')).toMatchObject({ perl: '' });
});
