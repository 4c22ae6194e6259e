// The rule by which the portmap plugin leads a TCP port of a node to a pod, and the commands that take it out and put it back.
import type { NetfilterRow } from '../observe/snapshot.ts';
import { words } from '../predict/netfilter/parse-iptables.ts';
import type { Step } from './fault.ts';
import { iptables, on, withRule } from './steps.ts';

export interface HostPortRule {
  readonly port: number;
  /** As iptables-save or nft prints it. */
  readonly line: string;
  readonly remove: Step;
  /** Where it was. */
  readonly restore: Step;
}

/** One chain for each container, below CNI-HOSTPORT-DNAT (plugins/meta/portmap/portmap_iptables.go). */
const IPTABLES_CHAIN = /^CNI-DN-/;
/** Table and chain of the nftables variant, since 1.6.0 (plugins/meta/portmap/portmap_nftables.go). */
const NFT_TABLE = 'cni_hostport';
const NFT_CHAIN = 'hostports';

/** nft deletes by handle, which only a listing with -a tells. */
const NFT_DELETE = `h=$(nft -a list chain ip ${NFT_TABLE} ${NFT_CHAIN} | grep -F -- "$1" | sed 's/.*# handle //')
exec nft delete rule ip ${NFT_TABLE} ${NFT_CHAIN} handle "$h"`;
/** Unless it is there. */
const NFT_ADD = `r=$1 v=$2; shift 2
nft list chain ip ${NFT_TABLE} ${NFT_CHAIN} | grep -qF -- "$r" && exit
exec nft "$v" rule ip ${NFT_TABLE} ${NFT_CHAIN} "$@" "$r"`;

/** The first one of that node; undefined when no TCP port of it leads to a pod. */
export function hostPortRule(node: string, rows: readonly NetfilterRow[]): HostPortRule | undefined {
  return iptablesRule(node, rows) ?? nftRule(node, rows);
}

function iptablesRule(node: string, rows: readonly NetfilterRow[]): HostPortRule | undefined {
  const row = rows.find(({ chain, rule }) => IPTABLES_CHAIN.test(chain) && / -j DNAT /.test(rule));
  const port = /^-A \S+ -p tcp .*--dport (\d+) /.exec(row?.rule ?? '')?.[1];
  if (!row || port === undefined) return undefined;
  const [, , ...rule] = words(row.rule);
  const chain = rows.filter((one) => one.chain === row.chain && one.rule.startsWith('-A '));
  return {
    port: Number(port),
    line: row.rule,
    remove: iptables(node, '-t', 'nat', '-D', row.chain, ...rule),
    restore: withRule(node, 'nat', row.chain, chain.indexOf(row) + 1, ...rule),
  };
}

function nftRule(node: string, rows: readonly NetfilterRow[]): HostPortRule | undefined {
  const chain = rows.filter(
    ({ family, table, chain, rule }) =>
      family === 'ip' && table === NFT_TABLE && chain === NFT_CHAIN && !rule.startsWith('type '),
  );
  const index = chain.findIndex(({ rule }) => /^tcp dport \d+ .*dnat /.test(rule));
  const rule = chain[index]?.rule;
  if (rule === undefined) return undefined;
  const place = index === chain.length - 1 ? ['add'] : ['insert', 'index', `${index}`];
  return {
    port: Number(/\d+/.exec(rule)?.[0]),
    line: rule,
    remove: on(node, 'sh', '-ec', NFT_DELETE, 'nft-delete', rule),
    restore: on(node, 'sh', '-ec', NFT_ADD, 'nft-add', rule, ...place),
  };
}
