// The kubeconfig that K3s writes on its server, made to be used from elsewhere.
import { parseDocument } from 'yaml';

/** Where K3s' API listens (docs.k3s.io/cli/server, --https-listen-port). */
export const API_PORT = 6443;

/** URL of K3s' API on a machine: an IPv6 address gets its brackets. */
export function apiUrl(host: string): string {
  return `https://${host.includes(':') ? `[${host}]` : host}:${API_PORT}`;
}

/**
 * K3s writes `server: https://127.0.0.1:6443` (docs.k3s.io/cluster-access).
 * @throws Error when it is no kubeconfig with a cluster in it
 */
export function withServer(kubeconfig: string, host: string): string {
  const document = parseDocument(kubeconfig);
  const at = ['clusters', 0, 'cluster', 'server'];
  if (document.errors.length > 0 || !document.hasIn(at))
    throw new Error('what K3s wrote to /etc/rancher/k3s/k3s.yaml is no kubeconfig with a cluster in it');
  document.setIn(at, apiUrl(host));
  return document.toString({ lineWidth: 0 });
}
