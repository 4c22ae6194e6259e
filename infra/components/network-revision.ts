// What a pod's wiring depends on, as one short text: another one means every pod has to be wired anew.
import { createHash } from 'node:crypto';
import type { LabNetwork } from '../lab/lab.ts';

/** Files that a CNI runtime considers; the others in /etc/cni/net.d (switched off ones) wire nothing. */
const CONFIG_FILE = /\.(conf|conflist|json)$/;

/**
 * Depends on type, MTU, the cluster's podCIDRs (a route in each pod) and the CNI configuration. It does not depend on
 * what is between the nodes only: nodes, VNI, port, node routes.
 */
export function networkRevision({ type, podCIDR, podCIDR6, mtu, configs }: LabNetwork): string {
  const files = Object.entries(configs)
    .filter(([file]) => CONFIG_FILE.test(file))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return digest([type, podCIDR, mtu, files, ...(podCIDR6 === undefined ? [] : [podCIDR6])]);
}

/** A short hash of plain data; equal data in equal order gives equal hashes. */
export function digest(data: unknown): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16);
}
