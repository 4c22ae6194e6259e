// Calls of plugins on nodes whose network the tool has brought: the recorder before those that each node's own configuration names.
import type { Drift } from '../../backend.ts';
import type { Host } from '../../host.ts';
import { canRecord, installRecorder, removeRecorder, unrecorded } from './call-recorder.ts';
import { strangeFiles } from './config-directory.ts';
import { neededPlugins } from './needed-plugins.ts';
import type { NetworkTask } from './network-task.ts';
import { readNodeFacts } from './node-facts.ts';

type RecordTask = Pick<NetworkTask, 'nodeItself' | 'nodes' | 'op'>;

/**
 * Idempotent; a plugin that somebody has put back since is recorded again. Whoever has no perl is told.
 * @throws HostError; NetworkListError when a node has no network
 */
export async function recordBrought({ nodeItself, nodes, op }: RecordTask): Promise<void> {
  const record = nodes.map(async ({ name }) => {
    const host = nodeItself(name);
    const facts = await readNodeFacts(host, op);
    if (canRecord(facts)) await installRecorder({ host }, await calledPlugins(host, op), facts, op);
    else op.progress?.(`${name}: calls of CNI plugins are not recorded (no perl, or not x86_64 or aarch64)`);
  });
  await Promise.all(record);
}

/** @throws as recordBrought does */
export async function broughtDrift({ nodeItself, nodes, op }: RecordTask): Promise<readonly Drift[]> {
  const look = nodes.map(async ({ name }): Promise<readonly Drift[]> => {
    const host = nodeItself(name);
    const [facts, types] = await Promise.all([readNodeFacts(host, op), calledPlugins(host, op)]);
    const bare = canRecord(facts) ? await unrecorded({ host }, types, op) : [];
    return bare.map((type) => ({
      object: name,
      what: `calls of the CNI plugin ${type} are not recorded`,
    }));
  });
  return (await Promise.all(look)).flat();
}

/** Idempotent. @throws HostError */
export async function unrecordBrought({ nodeItself, nodes, op }: RecordTask): Promise<void> {
  await Promise.all(nodes.map(({ name }) => removeRecorder({ host: nodeItself(name) }, op)));
}

/** Those that the runtime calls, by the files that are there. */
async function calledPlugins(host: Host, op: NetworkTask['op']): Promise<readonly string[]> {
  const paths = await strangeFiles(host, { files: [] }, op);
  const files = await Promise.all(
    paths.map(async (path) => ({ path, content: (await host.read(path))?.toString() ?? '' })),
  );
  return neededPlugins(files).direct;
}
