// Host ports of pods: whether what portmap was asked for is still among the node's rules.
import type { CniCall } from '../../cni/call.ts';
import type { Drift } from '../backend.ts';
import type { Connection } from './connection.ts';
import type { PodRecord } from './pod-record.ts';

interface PortMapping {
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
}

/**
 * Costs a process where pods have ports, none elsewhere.
 * @param records pods of one node
 */
export async function hostPortDrift(
  connection: Connection,
  node: string,
  records: readonly PodRecord[],
): Promise<readonly Drift[]> {
  const published = records.filter(({ spec }) => spec.ports.length > 0);
  if (published.length === 0) return [];
  const asked = portmapCalls(connection.files.calls());
  const { stdout } = await connection.node(node).run(['iptables', '-t', 'nat', '-S']);
  const rules = stdout.split('\n');
  return published.flatMap(({ spec, containerId, ready }) =>
    (asked.get(containerId) ?? []).flatMap(({ hostPort, containerPort, protocol }) => {
      const to = `${ready?.status.address}:${containerPort}`;
      const words = [` -p ${protocol} `, ` --dport ${hostPort} `, ` -j DNAT --to-destination ${to}`];
      if (rules.some((rule) => words.every((word) => `${rule} `.includes(word)))) return [];
      return [{ object: spec.name, what: `no rule of ${node} sends ${protocol} port ${hostPort} to ${to}` }];
    }),
  );
}

/** By container: what portmap (CNI plugins, plugins/meta/portmap) was given, where it works with iptables. */
function portmapCalls(calls: readonly CniCall[]): ReadonlyMap<string, readonly PortMapping[]> {
  const added = calls.filter(({ plugin, command, exitCode }) => {
    return plugin === 'portmap' && command === 'ADD' && exitCode === 0;
  });
  return new Map(
    added.map(({ containerId, stdin }) => {
      const { backend, runtimeConfig } = JSON.parse(stdin) as {
        readonly backend?: string;
        readonly runtimeConfig?: { readonly portMappings?: readonly PortMapping[] };
      };
      return [containerId, backend === 'nftables' ? [] : (runtimeConfig?.portMappings ?? [])];
    }),
  );
}
