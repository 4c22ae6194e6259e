// A packet filter as chains of rules, whichever of iptables and nft it was printed by.
import type { NetfilterRow } from '../../observe/snapshot.ts';
import { parseBridgeFamily } from './bridge-family.ts';
import type { Hook, Match } from './match.ts';
import { parseIptables } from './parse-iptables.ts';
import { parseNft } from './parse-nft.ts';

export type Action =
  | {
      readonly do:
        | 'accept'
        | 'drop'
        | 'reject'
        | 'return'
        | 'continue'
        | 'untrack'
        | 'restore-mark'
        | 'save-mark';
    }
  | { readonly do: 'jump' | 'goto'; readonly chain: string }
  | { readonly do: 'mark'; readonly value: number; readonly clear: number }
  | { readonly do: 'masquerade' }
  | { readonly do: 'redirect'; readonly port?: number }
  | { readonly do: 'snat' | 'dnat'; readonly address?: string; readonly port?: number }
  /** Something that is not modelled and may decide. */
  | { readonly do: 'unknown' };

export interface FilterRule {
  readonly row: NetfilterRow;
  /** All must hold. */
  readonly matches: readonly Match[];
  readonly actions: readonly Action[];
}

export interface BaseChain {
  readonly hook: Hook;
  readonly type: 'filter' | 'nat' | 'route';
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
  /** The row that says the policy. */
  readonly row: NetfilterRow;
}

export interface Chain {
  /** `<family> <table> <chain>`; jumps name chains of the same table. */
  readonly id: string;
  readonly table: string;
  readonly base?: BaseChain;
  readonly rules: readonly FilterRule[];
}

export interface Ruleset {
  readonly chains: ReadonlyMap<string, Chain>;
  /** Base chains of each hook, by priority. */
  readonly hooks: ReadonlyMap<Hook, readonly Chain[]>;
  /** Those of family bridge, by priority: they meet frames. */
  readonly bridgeHooks: ReadonlyMap<Hook, readonly Chain[]>;
  /** Rules in families that are not modelled (netdev, arp), which might meet a packet. */
  readonly beyond: readonly NetfilterRow[];
}

/** A table inet may have chains at a device too (nft(8), "ingress hook"). */
const asNetdev = (row: NetfilterRow): NetfilterRow => ({ ...row, family: 'netdev' });

/** @param family of the packets: rules of the other one do not meet them */
export function parseRuleset(rows: readonly NetfilterRow[], family: 'ip' | 'ip6'): Ruleset {
  const ours = rows.filter((row) => row.family === family || row.family === 'inet');
  const foreign = rows.filter((row) => !['ip', 'ip6', 'inet'].includes(row.family));
  const iptables = ours.filter(({ rule }) => /^-[PNA] /.test(rule));
  const chains = [...parseIptables(iptables), ...parseNft(ours.filter((row) => !iptables.includes(row)))];
  const bridged = parseBridgeFamily(rows.filter(({ family }) => family === 'bridge'));
  return {
    chains: new Map([...chains, ...bridged].map((chain) => [chain.id, chain])),
    hooks: byHook(chains),
    bridgeHooks: byHook(bridged),
    beyond: foreign
      .filter((row) => row.family !== 'bridge' && !/^(type |-P )/.test(row.rule))
      .concat(ours.filter(({ rule }) => /^type \w+ hook (ingress|egress) /.test(rule)).map(asNetdev)),
  };
}

function byHook(chains: readonly Chain[]): ReadonlyMap<Hook, readonly Chain[]> {
  const bases = chains.filter((chain) => chain.base !== undefined);
  const hooks = Map.groupBy(bases, (chain) => chain.base?.hook ?? 'forward');
  for (const list of hooks.values()) list.sort((a, b) => (a.base?.priority ?? 0) - (b.base?.priority ?? 0));
  return hooks;
}
