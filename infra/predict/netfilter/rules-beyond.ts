// Rules in families that the model does not read: where one might meet a packet, nothing can be foretold.
import type { Rule } from '../hop.ts';
import type { Kernel } from '../kernel.ts';

export function rulesBeyond(
  { name, netfilter }: Kernel,
  family: 'netdev' | 'arp',
): { readonly words: string; readonly rule: Rule } | undefined {
  const row = netfilter === 'unread' ? undefined : netfilter.beyond.find((r) => r.family === family);
  if (row === undefined) return undefined;
  const line = `${row.family} ${row.table}: ${row.rule}`;
  return {
    words: `unknown: rule ${line} of ${name} is not modelled and could match`,
    rule: { table: 'netfilter', host: name, line, row },
  };
}
