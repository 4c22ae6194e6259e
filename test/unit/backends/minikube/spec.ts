// A cluster of the kindnet lab, as the tests of the minikube backend want it.
import type { ClusterSpec } from '../../../../infra/backends/backend.ts';

/** @param settings of the backend, by their keys */
export function kindnetSpec(
  settings: Readonly<Record<string, string>> = {},
  change: Partial<ClusterSpec> = {},
): ClusterSpec {
  return {
    stack: 'dev',
    lab: 'kindnet',
    isolation: 'auto',
    underlay: { cidr: '192.168.49.0/24', gateway: '192.168.49.1' },
    nodes: [
      { name: 'minikube', role: 'control-plane', address: '192.168.49.2', podCIDR: '10.244.0.0/24' },
      { name: 'minikube-m02', role: 'worker', address: '192.168.49.3', podCIDR: '10.244.1.0/24' },
    ],
    settings,
    ...change,
  };
}

/** The network of the kindnet lab. */
export const KINDNET = {
  type: 'kindnet',
  podCIDR: '10.244.0.0/16',
  mtu: 1500,
  vni: 1,
  port: 8472,
  routes: true,
  configs: {},
} as const;
