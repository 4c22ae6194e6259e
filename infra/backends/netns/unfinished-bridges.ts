// What is wrong with a bridge whose plugin was killed half-way, and how it is put right.
import type { PluginConf } from '../../cni/network-list.ts';
import type { Host } from '../host.ts';

/** Of the bridge plugin, and of flannel, which hands over to it. */
const DEFAULT_BRIDGE = 'cni0';
const WIRES_BRIDGES = new Set(['bridge', 'flannel']);

/** Bridges that these plugins put pods into. */
export function bridgesOf(plugins: readonly PluginConf[]): readonly string[] {
  const names = plugins
    .filter(({ type }) => WIRES_BRIDGES.has(type))
    .map(({ bridge, delegate }) => bridge ?? (delegate as { bridge?: unknown } | undefined)?.bridge)
    .map((name) => (typeof name === 'string' && name !== '' ? name : DEFAULT_BRIDGE));
  return [...new Set(names)];
}

/**
 * Deletes each of these bridges that has no port and no address; to be called before the first ADD. A bridge has the lowest
 * address of its ports until it is given one (net/bridge/br_stp_if.c, br_stp_recalculate_bridge_id), which the bridge plugin
 * does last: killed before, it leaves a bridge that has no address any more when its port goes, and every later ADD fails,
 * because the kernel refuses to set the address that the plugin finds (EINVAL).
 */
export async function removeUnfinishedBridges(host: Host, names: readonly string[]): Promise<void> {
  const script = `for name; do
    [ "$(cat "/sys/class/net/$name/address" 2>/dev/null)" != 00:00:00:00:00:00 ] || ip link del "$name"
  done`;
  await host.run(['sh', '-c', script, 'unfinished', ...names]);
}
