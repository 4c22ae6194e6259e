// What one plugin of a list is given on standard input (CNI spec 1.1.0, "Deriving execution configuration").
import type { Attachment } from './attachment.ts';
import type { NetworkList, PluginConf } from './network-list.ts';

export interface DerivedExtras {
  readonly capabilityArgs?: Attachment['capabilityArgs'];
  readonly ips?: Attachment['ips'];
  /** As the plugin before printed it, or the final result of the ADD. */
  readonly prevResult?: unknown;
  /** GC: the attachments that are to stay. */
  readonly validAttachments?: readonly { readonly containerID: string; readonly ifname: string }[];
}

/** Keys of a plugin's own object that only a runtime may set, or that must not be passed on. */
const RUNTIME_KEYS = new Set(['capabilities', 'cniVersion', 'name', 'prevResult', 'runtimeConfig']);
/** What keys begin with that only a runtime may set. */
const RUNTIME_PREFIX = 'cni.dev/';

/** Pure: the plugin's keys as they are, plus the runtime's. */
export function deriveConfig(
  list: NetworkList,
  plugin: PluginConf,
  extras: DerivedExtras = {},
): Readonly<Record<string, unknown>> {
  const own = Object.fromEntries(
    Object.entries(plugin).filter(([key]) => !RUNTIME_KEYS.has(key) && !key.startsWith(RUNTIME_PREFIX)),
  );
  const wanted = Object.entries(extras.capabilityArgs ?? {}).filter(
    ([key]) => plugin.capabilities && Object.hasOwn(plugin.capabilities, key) && plugin.capabilities[key],
  );
  const { validAttachments, prevResult, ips = [] } = extras;
  return {
    cniVersion: list.cniVersion,
    name: list.name,
    ...own,
    ...(ips.length > 0 && { args: withIps(plugin.args, ips) }),
    ...(wanted.length > 0 && { runtimeConfig: Object.fromEntries(wanted) }),
    ...(prevResult !== undefined && { prevResult }),
    // Plugins of the first days of 1.1 read the second, mistaken name.
    ...(validAttachments && {
      'cni.dev/valid-attachments': validAttachments,
      'cni.dev/attachments': validAttachments,
    }),
  };
}

/** The lab's own `args` stay, but for what is asked for here. */
function withIps(args: unknown, ips: readonly string[]) {
  const object = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
  return { ...object(args), cni: { ...object((object(args) as { readonly cni?: unknown }).cni), ips } };
}
