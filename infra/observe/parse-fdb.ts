// What `bridge -j fdb show` prints, as rows, and what each entry means (bridge(8); kernel: net/bridge/br_fdb.c, rtnetlink.c).
import { z } from 'zod';
import { isLearnedEntry, putThereBy, STATES } from './entry-author.ts';
import { BROADCAST, isGroup, NO_MAC } from './packets/mac.ts';
import { readJson } from './sections.ts';
import type { FdbRow } from './snapshot.ts';

const entry = z.looseObject({
  mac: z.string(),
  ifname: z.string(),
  vlan: z.int().optional(),
  dst: z.string().optional(),
  flags: z.array(z.string()).default([]),
  master: z.string().optional(),
  state: z.string().optional(),
});

export interface FdbContext {
  /** MAC of each interface of this netns. */
  readonly macs: ReadonlyMap<string, string>;
  /** Kind of each interface of this netns, such as veth, bridge, vxlan. */
  readonly kinds: ReadonlyMap<string, string>;
}

export function readFdb(text: string, tool: string, context: FdbContext): FdbRow[] {
  return readJson(text, tool, z.array(entry)).map((e) => {
    const flags = [...(e.state !== undefined && STATES.includes(e.state) ? [e.state] : []), ...e.flags];
    const row = {
      mac: e.mac,
      dev: e.ifname,
      ...(e.master !== undefined && { master: e.master }),
      ...(e.dst !== undefined && { dst: e.dst }),
      ...(e.vlan !== undefined && { vlan: e.vlan }),
      flags,
      learned: isLearnedEntry({ mac: e.mac, flags }),
    };
    return { ...row, meaning: fdbMeaning(row, context) };
  });
}

/**
 * One entry in words. `self` (NTF_SELF) says in WHICH table the entry is, namely the device's own one and not the
 * bridge's; it does not say whose MAC it is. `master` says it is in the table of the bridge the device is a port of.
 */
export function fdbMeaning(row: Omit<FdbRow, 'meaning'>, { macs, kinds }: FdbContext): string {
  const { mac, dev, master, dst } = row;
  const permanent = row.flags.includes('permanent');
  if (kinds.get(dev) === 'vxlan' && dst !== undefined) {
    const how = row.learned ? 'learned from the VXLAN packets of that node' : putThereBy(dev);
    return mac === NO_MAC
      ? `frames for unknown or many receivers are sent to the VTEP ${dst}; ${how}`
      : `frames for ${mac} are sent in VXLAN to the VTEP ${dst}; ${how}`;
  }
  if (isGroup(mac) && row.flags.includes('self')) {
    return `${dev} itself listens to ${multicastName(mac)}; an entry of the device's own list, not of a bridge`;
  }
  if (master !== undefined && permanent) {
    const vlan = row.vlan === undefined ? '' : ` in VLAN ${row.vlan}`;
    if (dev === master) return `${master}'s own MAC${vlan}: the bridge keeps such frames for itself`;
    if (macs.get(dev) === mac) {
      return `MAC of the port ${dev} itself${vlan}: ${master} keeps such frames and never forwards them`;
    }
    return `${master} keeps frames for ${mac} that concern ${dev}${vlan}; a local entry, never aged`;
  }
  if (master !== undefined && row.learned) {
    return `learned: the last frame from ${mac} came in at ${dev}, so ${master} sends frames for it there only`;
  }
  if (master !== undefined)
    return `${master} sends frames for ${mac} to ${dev}; ${putThereBy(undefined)}, never aged`;
  if (row.flags.includes('self')) {
    return `${dev} itself accepts frames for ${mac}; an entry of the device's own list, not of a bridge`;
  }
  return `frames for ${mac} are reached through ${dev}`;
}

/** RFC 1112 section 6.4 (IPv4), RFC 2464 section 7 (IPv6). */
function multicastName(mac: string): string {
  if (mac === BROADCAST) return 'broadcast';
  if (mac.startsWith('33:33:ff:')) return `an IPv6 solicited-node group (${mac})`;
  if (mac.startsWith('33:33:')) return `an IPv6 multicast group (${mac})`;
  if (mac.startsWith('01:00:5e:')) return `an IPv4 multicast group (${mac})`;
  if (mac.startsWith('01:80:c2:')) return `a link-control group of IEEE 802.1 (${mac})`;
  return `the multicast group ${mac}`;
}
