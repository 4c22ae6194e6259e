// K3s' configuration of one node (docs.k3s.io/installation/configuration, "Configuration File"): flags as YAML.
import { stringify } from 'yaml';
import type { ClusterNetwork } from './cluster-network.ts';

/** Packaged components, each with pods or addresses of its own (docs.k3s.io/installation/packaged-components). */
const DISABLED = ['coredns', 'local-storage', 'metrics-server', 'servicelb', 'traefik'];

/**
 * Of the server. Without the packaged components the lab's pods are the first, and so get the first addresses. Without the
 * policy controller there are no chains but the network's own.
 */
export function serverConfig(args: {
  readonly id: string;
  readonly node: string;
  readonly network: ClusterNetwork;
  /** By which it is reached from elsewhere, to be in its certificate. */
  readonly names?: readonly string[];
  /** Of the interface that the nodes see each other by; default: that of the default route. */
  readonly address?: string | undefined;
}): string {
  const { id, node, network, names = [], address } = args;
  return configText(id, {
    'node-name': node,
    ...(address !== undefined && { 'node-ip': address }),
    'flannel-backend': network.flannel,
    'cluster-cidr': network.clusterCidr,
    'service-cidr': network.serviceCidr,
    'disable-network-policy': true,
    disable: DISABLED,
    ...(names.length > 0 && { 'tls-san': names }),
    ...(network.controllerManager.length > 0 && { 'kube-controller-manager-arg': network.controllerManager }),
  });
}

/** Of an agent. Holds the join token: a secret. */
export function agentConfig(args: {
  readonly id: string;
  readonly node: string;
  /** Host and port are the server's: `https://192.0.2.1:6443`. */
  readonly server: string;
  readonly token: string;
  readonly address?: string | undefined;
}): string {
  const { id, node, server, token, address } = args;
  return configText(id, {
    'node-name': node,
    ...(address !== undefined && { 'node-ip': address }),
    server,
    token,
  });
}

/** The first line says whose it is; the script looks at it before it touches anything. */
function configText(id: string, values: Readonly<Record<string, unknown>>): string {
  return `# cnilab ${id}\n${stringify(values)}`;
}
