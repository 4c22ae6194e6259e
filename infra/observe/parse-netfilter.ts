// Packet filter rules as rows: iptables-save and `nft -s list ruleset`, without counters.
import type { Section } from './sections.ts';
import type { NetfilterRow } from './snapshot.ts';

/** @param iptables @param nft @param ip6tables what the tools printed; undefined for one that is not there or not needed */
export function readNetfilter(
  iptables: Pick<Section, 'text'> | undefined,
  nft: Pick<Section, 'text'> | undefined,
  ip6tables?: Pick<Section, 'text'>,
): NetfilterRow[] {
  const covered = [...(iptables ? ['ip'] : []), ...(ip6tables ? ['ip6'] : [])];
  return [
    ...(iptables ? readIptables(iptables.text, 'ip') : []),
    ...(ip6tables ? readIptables(ip6tables.text, 'ip6') : []),
    ...(nft ? readNft(nft.text, covered) : []),
  ];
}

/** Tables that iptables-nft keeps in nftables: iptables-save prints them better, with the matches nft does not know. */
const IPTABLES_TABLES = new Set(['filter', 'nat', 'mangle', 'raw', 'security']);

/** @param text of iptables-save or ip6tables-save; a chain with a policy gives a row `-P CHAIN POLICY`, as `iptables -S` prints it */
export function readIptables(text: string, family: 'ip' | 'ip6'): NetfilterRow[] {
  const rows: NetfilterRow[] = [];
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    else if (line.startsWith(':')) {
      const [chain = '', policy = '-'] = line.slice(1).split(' ');
      rows.push({
        family,
        table,
        chain,
        rule: policy === '-' ? `-N ${chain}` : `-P ${chain} ${policy}`,
      });
    } else if (line.startsWith('-A ') || line.startsWith('[')) {
      const rule = line.replace(/^\[\d+:\d+\] /, '').trim();
      rows.push({ family, table, chain: rule.split(' ')[1] ?? '', rule });
    }
  }
  return rows;
}

/**
 * @param text of `nft -s list ruleset`
 * @param covered families whose iptables-save was read too, so that its tables are left out here
 */
export function readNft(text: string, covered: readonly string[]): NetfilterRow[] {
  const rows: NetfilterRow[] = [];
  const stack: string[] = [];
  let family = '';
  let table = '';
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line === '}') {
      stack.pop();
      continue;
    }
    const opened = /^(table|chain|set|map|flowtable|ct \w+|counter|quota|limit)\s+(.*?)\s*\{$/.exec(line);
    if (opened && (opened[1] === 'table' ? stack.length === 0 : stack.length === 1)) {
      const [, what = '', name = ''] = opened;
      if (what === 'table') [family = '', table = ''] = name.split(' ');
      stack.push(what === 'chain' ? name : `${what} ${name}`);
    } else if (stack.length > 0) {
      if (line.endsWith('{')) stack.push(stack.at(-1) ?? '');
      if (!(covered.includes(family) && IPTABLES_TABLES.has(table))) {
        rows.push({ family, table, chain: stack.at(stack.length > 1 ? 1 : 0) ?? '', rule: line });
      }
    }
  }
  return rows;
}
