// A node for one test file of stand-in plugins: made before its tests, emptied before each, gone after them.
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { Attachment } from '../../../infra/cni/attachment.ts';
import type { CniError } from '../../../infra/cni/error.ts';
import type { NetworkList } from '../../../infra/cni/network-list.ts';
import type { CniRuntime } from '../../../infra/cni/runtime.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';
import { attachmentOf } from './fixtures.ts';

export let node: PrivateHost;
/** A network namespace of a container. */
export let netns: string;

/** Registers the hooks; to be called once at the top of a test file. */
export function useStandInNode(): void {
  beforeAll(async () => {
    node = await privateHost('node-1');
    netns = (await node.makeNetns()).path;
  });
  afterAll(() => node?.close());
  beforeEach(() => sh('rm -rf /run/stand-in /var/lib/cni/results /var/lib/cni/intents'));
}

export async function sh(script: string): Promise<string> {
  const { stdout } = await node.host.run(['sh', '-c', script]);
  return stdout.trim();
}

/** Files that the runtime keeps, without the random names of intents. */
export function records(): Promise<string> {
  return sh('cd /var/lib/cni && find results intents -type f | sed "s/[0-9a-f-]*.json//"');
}

export function failureOf(work: Promise<unknown>): Promise<CniError> {
  return work.then(
    () => expect.fail('it should have failed'),
    (error) => error,
  );
}

export function addFailure(
  runtime: CniRuntime,
  list: NetworkList,
  over: Partial<Attachment> = {},
): Promise<CniError> {
  return failureOf(runtime.add(list, attachmentOf(netns, over)));
}
