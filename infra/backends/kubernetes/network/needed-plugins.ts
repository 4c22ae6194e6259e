// Which plugin binaries a network takes: those that the runtime calls, and those that these call in turn.
import type { PluginConf } from '../../../cni/network-list.ts';
import { pickPlanned, type TextFile } from '../../netns/network/node-plan.ts';

export interface NeededPlugins {
  /** Called by the runtime: the chain's, and `loopback` for lo. */
  readonly direct: readonly string[];
  /** Called by a plugin: IPAM, delegates. */
  readonly delegated: readonly string[];
}

/** @param files those of the CNI configuration directory. @throws NetworkListError when a runtime could use none of them */
export function neededPlugins(files: readonly TextFile[]): NeededPlugins {
  const { picked, loopback, error } = pickPlanned(files);
  if (error) throw error;
  const chain = picked?.plugins ?? [];
  const direct = [...new Set([...loopback.plugins, ...chain].map(({ type }) => type))];
  const delegated = [...new Set(chain.flatMap(calledBy))].filter((type) => !direct.includes(type));
  return { direct, delegated };
}

/** The flannel plugin delegates to bridge and host-local, unless it is told otherwise (flannel-io/cni-plugin, flannel_linux.go). */
function calledBy({ type, ipam, delegate }: PluginConf): readonly string[] {
  if (type === 'flannel') return [typeOf(delegate) ?? 'bridge', typeOf(ipam) ?? 'host-local'];
  return [ipam, delegate].flatMap((part) => typeOf(part) ?? []);
}

function typeOf(part: unknown): string | undefined {
  const type = (part as { readonly type?: unknown } | undefined | null)?.type;
  return typeof type === 'string' && type !== '' ? type : undefined;
}
