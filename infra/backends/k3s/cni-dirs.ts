// Where K3s' containerd looks for CNI configuration and plugins.
import type { FlannelBackend } from './cluster-network.ts';

export interface CniDirs {
  readonly config: string;
  /** The first that is there. */
  readonly bin: readonly string[];
  readonly cache: string;
}

/**
 * With its embedded flannel K3s sets its own (pkg/agent/config/config.go, CNIConfDir and CNIBinDir; `data/cni` since v1.31,
 * `data/current/bin` before); without it containerd's defaults stay (pkg/agent/templates, `if not .NodeConfig.NoFlannel`),
 * and no plugin is there, not even `loopback`. libcni's cache is the usual one.
 */
export function k3sCniDirs(flannel: FlannelBackend): CniDirs {
  const cache = '/var/lib/cni';
  if (flannel === 'none') return { config: '/etc/cni/net.d', bin: ['/opt/cni/bin'], cache };
  const data = '/var/lib/rancher/k3s';
  return {
    config: `${data}/agent/etc/cni/net.d`,
    bin: [`${data}/data/cni`, `${data}/data/current/bin`],
    cache,
  };
}
