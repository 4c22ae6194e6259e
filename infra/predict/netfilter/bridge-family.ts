// nft's family bridge: rules that a bridge asks of frames, ARP included, before and beside what iptables is shown of them.
// Sources: net/bridge/netfilter/nf_tables_bridge.c; br_input.c, br_forward.c; priorities, include/uapi/linux/netfilter_bridge.h.
import type { NetfilterRow } from '../../observe/snapshot.ts';
import type { Kernel } from '../kernel.ts';
import type { Frame, Packet } from '../packet.ts';
import type { Hook, Match, Meeting } from './match.ts';
import { parseNft } from './parse-nft.ts';
import type { Chain, Ruleset } from './ruleset.ts';
import { type HookResult, runChain } from './run-hook.ts';

/** As nft names them for this family (nft(8), "Standard priority names … for the bridge family"). */
const PRIORITIES: Readonly<Record<string, number>> = { dstnat: -300, filter: -200, out: 100, srcnat: 300 };

/**
 * Expressions that nft(8) makes depend on the frame being IP, or ARP, and those that ask what the model does not have of
 * it. Behind `ether type` the same word is a value.
 */
const OF_IP = /(?<!(type|protocol|[!=]=) )\b((ip6?|icmp|icmpv6|tcp|udp|th|fib) [a-z]|meta l4proto )/;
const OF_ARP = /(?<!(type|protocol|[!=]=) )\barp [a-z]/;
const NOT_MODELLED = /\b(ct|notrack|meta (ibrname|obrname))\b/;
const MARKS = /\bmark\b/;

/** What the rules are asked of an ARP message: none that looks at it as a packet is asked at all. */
const NO_PACKET: Packet = {
  ...{ src: '0.0.0.0', dst: '0.0.0.0', proto: 'icmp', sport: 0, dport: 0 },
  ...{ ttl: 0, length: 0, df: false, mark: 0 },
};

export function parseBridgeFamily(rows: readonly NetfilterRow[]): readonly Chain[] {
  return parseNft(rows, PRIORITIES).map((chain) => ({
    ...chain,
    rules: chain.rules.map((rule) => ({ ...rule, matches: [ofFrame(rule.row), ...rule.matches] })),
  }));
}

/** Whether a rule is for this kind of frame; asked first. */
function ofFrame(row: NetfilterRow): Match {
  const rule = row.rule.replace(/ comment "[^"]*"/, '');
  return {
    test: ({ etherType }) => {
      if (etherType === 'arp' ? OF_IP.test(rule) : OF_ARP.test(rule)) return false;
      return NOT_MODELLED.test(rule) || (etherType === 'arp' && MARKS.test(rule)) ? 'unknown' : true;
    },
  };
}

type Stop = Exclude<HookResult, { verdict: 'accept' }>;

/** @returns undefined when the frame goes on; rules that change it are not modelled */
export function bridgeHook(
  kernel: Kernel,
  hook: Hook,
  frame: Frame,
  ports: { readonly iif?: string | undefined; readonly oif?: string },
): Stop | undefined {
  const ruleset = kernel.netfilter;
  const chains = ruleset === 'unread' ? [] : (ruleset.bridgeHooks.get(hook) ?? []);
  const meeting = meetingOf(kernel, hook, frame, ports);
  for (const chain of chains) {
    const result = runChain(ruleset as Ruleset, chain, meeting);
    if (result.verdict !== 'accept') return result;
    const changed = result.decisions.find(({ kind }) => kind !== 'filter');
    if (changed) {
      const words = `unknown: ${changed.rule?.line} changes a bridged frame, which is not modelled`;
      return { verdict: 'unknown', words, ...(changed.rule && { rule: changed.rule }) };
    }
  }
  return undefined;
}

function meetingOf(
  kernel: Kernel,
  hook: Hook,
  { src, dst, ip, arp }: Frame,
  { iif, oif }: Parameters<typeof bridgeHook>[3],
): Meeting {
  return {
    ...{ kernel, hook, packet: ip ?? NO_PACKET, srcMac: src, dstMac: dst },
    ...(arp && { etherType: 'arp' as const }),
    ...(iif !== undefined && { iif }),
    ...(oif !== undefined && { oif }),
  };
}
