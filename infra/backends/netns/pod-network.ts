// Attaches pods to the node's network, and detaches them: the CNI runtime, driven as a Kubernetes runtime drives it.

import type { AddRequest } from '../../cni/add-batch.ts';
import { type AddResult, resultFacts } from '../../cni/add-result.ts';
import type { Attachment } from '../../cni/attachment.ts';
import { CNI_CONFIG_DIR } from '../../cni/config-dir.ts';
import { readConfigDir } from '../../cni/read-config-dir.ts';
import { HostError } from '../host-error.ts';
import type { Connection } from './connection.ts';
import { capabilityArgs, cniArgs } from './pod-cni-args.ts';
import type { PodRecord } from './pod-record.ts';
import { bridgesOf, removeUnfinishedBridges } from './unfinished-bridges.ts';

/** What CNI says about a pod's eth0. */
export interface PodInterface {
  /** Without prefix length. */
  readonly address: string;
  readonly address6?: string;
  readonly mac: string;
  /** Node end of the veth. */
  readonly hostVeth: string;
  /** Bridge that the node end is in. */
  readonly master?: string;
}

export interface Attached {
  readonly record: PodRecord;
  readonly outcome: PodInterface | Error;
}

/** lo, then eth0, of every pod. An error in an outcome means that nothing of that pod's network is left. */
export async function attachPods(
  connection: Connection,
  node: string,
  records: readonly PodRecord[],
  pauses: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<readonly Attached[]> {
  const { picked, loopback, error } = await readConfigDir(connection.node(node));
  if (error) throw error;
  if (!picked)
    throw new HostError('failed', node, ['ls', CNI_CONFIG_DIR], 'there is no CNI network configuration');
  const requestsOf = (some: readonly PodRecord[]) =>
    some.flatMap((record) => {
      const netns = netnsPath(pauses.get(record.spec.name));
      return [
        { list: loopback, attachment: podAttachment(record, 'lo', netns) },
        { list: picked, attachment: podAttachment(record, 'eth0', netns) },
      ];
    });
  const runtime = connection.runtime(node);
  const bridges = bridgesOf(picked.plugins);
  const plainly = (some: readonly AddRequest[]) => runtime.addBatch(some, { signal });
  const prepare = () => removeUnfinishedBridges(connection.node(node), bridges);
  const add = (some: readonly AddRequest[]) =>
    bridges.length > 0 ? connection.firstAlone(`${node} bridge`, some, plainly, prepare) : plainly(some);
  const [mapped, others] = [true, false].map((has) =>
    requestsOf(records.filter(({ spec }) => spec.ports.length > 0 === has)),
  ) as [AddRequest[], AddRequest[]];
  const added = await Promise.all([add(others), connection.firstAlone(`${node} ports`, mapped, add)]);
  const outcomes = added.flat();
  return records.map((record) => {
    const own = outcomes.filter((outcome) => outcome.attachment.containerId === record.containerId);
    const failed = own.find((outcome) => !outcome.ok);
    if (failed && !failed.ok) return { record, outcome: failed.error };
    const eth0 = own.find((outcome) => outcome.attachment.ifName === 'eth0');
    if (!eth0?.ok) return { record, outcome: new Error(`${record.spec.name}: CNI has not been asked`) };
    return { record, outcome: podInterface(eth0.result) };
  });
}

/** @returns what could not be undone */
export async function detachPods(
  connection: Connection,
  node: string,
  records: readonly PodRecord[],
  pauses: ReadonlyMap<string, number | undefined>,
): Promise<readonly Error[]> {
  const requests = records.flatMap((record) => {
    const netns = netnsPath(pauses.get(record.spec.name));
    return ['lo', 'eth0'].map((ifName) => ({ attachment: podAttachment(record, ifName, netns) }));
  });
  const outcomes = await connection.runtime(node).delBatch(requests, { bestEffort: true });
  return outcomes.flatMap(({ errors }) => errors);
}

/** What CNI is told about one interface of a pod. */
export function podAttachment(record: PodRecord, ifName: string, netns: string): Attachment {
  const { spec, containerId, pin, pin6 } = record;
  const forEth0 = ifName === 'eth0';
  return {
    containerId,
    ifName,
    netns,
    args: cniArgs(spec.name, containerId, forEth0 ? pin : ''),
    // CNI_ARGS has room for one address.
    ...(forEth0 && pin6 && { ips: [pin6] }),
    capabilityArgs: forEth0 ? capabilityArgs(spec) : {},
  };
}

function netnsPath(pid: number | undefined): string {
  return pid === undefined ? '' : `/proc/${pid}/ns/net`;
}

function podInterface(result: AddResult): PodInterface {
  const { bridge, ...eth0 } = resultFacts(result, 'eth0');
  return { ...eth0, ...(bridge !== '' && { master: bridge }) };
}
