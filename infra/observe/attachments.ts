// CNI attachments: what the runtime has recorded beside what IPAM and the kernel have.

import type { PodStatus } from '../backends/backend.ts';
import type { CniCall } from '../cni/call.ts';
import type { HostSnapshot, LabSnapshot } from './snapshot.ts';

type Attachment = LabSnapshot['attachments'][number];

/**
 * One row for every pod that the runtime says is attached. `network` and `ifName` are taken from the result cache
 * (`<network>-<containerID>-<ifname>`), else from the calls that were made, else from the lease.
 */
export function attachments(
  pods: readonly PodStatus[],
  nodes: ReadonlyMap<string, HostSnapshot>,
  podSnapshots: ReadonlyMap<string, HostSnapshot>,
  calls: readonly CniCall[],
): Attachment[] {
  return pods.map((pod) => {
    const node = nodes.get(pod.node);
    const infix = `-${pod.containerId}-`;
    // A loopback attachment has a cache entry of its own: the one looked for is not lo's.
    const entry = node?.cniCache?.find((name) => name.includes(infix) && !name.endsWith(`${infix}lo`));
    const addresses = [pod.address, ...(pod.address6 ? [pod.address6] : [])];
    const leaseOf = (address: string) =>
      node?.leases.find((l) => l.containerId === pod.containerId && l.address === address);
    const lease = leaseOf(pod.address);
    const call = calls.findLast(
      (c) => c.command === 'ADD' && c.containerId === pod.containerId && c.ifName !== 'lo',
    );
    const at = entry?.indexOf(infix) ?? -1;
    const ifName =
      entry === undefined ? (call?.ifName ?? (lease?.ifName || 'eth0')) : entry.slice(at + infix.length);
    return {
      pod: pod.name,
      node: pod.node,
      network: entry === undefined ? (call?.network ?? lease?.network ?? '') : entry.slice(0, at),
      containerId: pod.containerId,
      ifName,
      address: pod.address,
      ...(pod.address6 && { address6: pod.address6 }),
      cached: entry !== undefined,
      lease: addresses.every((address) => leaseOf(address) !== undefined),
      inKernel: addresses.every((address) =>
        podSnapshots.get(pod.name)?.addresses.some((a) => a.dev === ifName && a.address === address),
      ),
    };
  });
}
