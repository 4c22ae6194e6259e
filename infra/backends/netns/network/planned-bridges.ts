// Which bridges a node's CNI configuration makes: the plugin makes one with the first pod, and nobody ever takes it away.
import type { PluginConf } from '../../../cni/network-list.ts';
import { type NodePlan, pickPlanned } from './node-plan.ts';

/** The bridge plugin's default name (containernetworking/plugins, plugins/main/bridge). */
const DEFAULT_NAME = 'cni0';

/** @returns names of devices; none where a runtime would pick no configuration */
export function plannedBridges({ files }: Pick<NodePlan, 'files'>): readonly string[] {
  return [...new Set((pickPlanned(files).picked?.plugins ?? []).flatMap(bridgeOf))];
}

/** The flannel plugin delegates to bridge, unless it is told otherwise (flannel-io/cni-plugin, flannel_linux.go). */
function bridgeOf({ type, bridge, delegate }: PluginConf): readonly string[] {
  const other = delegate as { readonly type?: unknown; readonly bridge?: unknown } | undefined | null;
  if (type === 'flannel') return (other?.type ?? 'bridge') === 'bridge' ? [nameOf(other?.bridge)] : [];
  return type === 'bridge' ? [nameOf(bridge)] : [];
}

function nameOf(said: unknown): string {
  return typeof said === 'string' && said !== '' ? said : DEFAULT_NAME;
}
