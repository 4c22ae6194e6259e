// Policy routing: the rules of `ip rule` by priority, and the tables they send a packet to.
// Source of the rules: fib_rules_lookup(), net/core/fib_rules.c; fib4_rule_action() and _suppress(), net/ipv4/fib_rules.c,
// and their sisters in net/ipv6/fib6_rules.c.
import type { LookupRoute, LookupRule } from '../observe/forwarding-state.ts';
import { type LookupKey, lookupTable, type TableOptions, type TableResult } from './fib-table.ts';
import { lookupTable6, type Table6Options } from './fib6-table.ts';
import { inPrefix, rangeOf } from './ipv4.ts';
import { inPrefix6, rangeOf6 } from './ipv6.ts';
import { protocolName } from './packet.ts';

export type Lookup =
  | (Extract<TableResult, { kind: 'route' | 'multipath' | 'error' }> & { readonly rule: LookupRule })
  | {
      readonly kind: 'rule-error';
      readonly error: 'unreachable' | 'prohibit' | 'blackhole';
      readonly rule: LookupRule;
    }
  | { readonly kind: 'none' }
  /** A rule that might apply has a selector that is not modelled. */
  | { readonly kind: 'unknown'; readonly rule: LookupRule };

export interface FibTables {
  readonly rules: readonly LookupRule[];
  /** Routes by table name. */
  readonly tables: ReadonlyMap<string, readonly LookupRoute[]>;
}

/** What the families do in their own way (struct fib_rules_ops). */
export interface FibRulesOps {
  readonly lookupTable: (routes: readonly LookupRoute[], key: LookupKey) => TableResult;
  readonly inPrefix: (address: string, prefix: string) => boolean;
  readonly prefixLength: (prefix: string) => number;
  /** The source of a packet that has none yet. */
  readonly unspecified: string;
}

export const fib4RulesOps = (options: TableOptions = {}): FibRulesOps => ({
  lookupTable: (routes, key) => lookupTable(routes, key, options),
  inPrefix,
  prefixLength: (prefix) => rangeOf(prefix).prefix,
  unspecified: '0.0.0.0',
});

export const fib6RulesOps = (options: Table6Options = {}): FibRulesOps => ({
  lookupTable: (routes, key) => lookupTable6(routes, key, options),
  inPrefix: inPrefix6,
  prefixLength: (prefix) => rangeOf6(prefix).prefix,
  unspecified: '::',
});

export function lookupRules(fib: FibTables, key: LookupKey, ops: FibRulesOps): Lookup {
  const rules = fib.rules.toSorted((a, b) => a.priority - b.priority);
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i];
    if (rule === undefined || !selects(rule, key, ops)) continue;
    if (rule.others.some((name) => name !== 'tos')) return { kind: 'unknown', rule };
    if (rule.action === 'nop') continue;
    if (rule.action === 'goto') {
      const target = rules.findIndex((r) => r.priority === rule.goto);
      if (target > i) i = target - 1;
      continue;
    }
    if (rule.action !== 'lookup') {
      if (rule.action === 'unreachable' || rule.action === 'prohibit' || rule.action === 'blackhole') {
        return { kind: 'rule-error', error: rule.action, rule };
      }
      return { kind: 'unknown', rule };
    }
    const result = ops.lookupTable(fib.tables.get(rule.table) ?? [], key);
    if (result.kind === 'none') continue;
    // Suppression looks at routes that were found; an error route is an answer (fib_rules_lookup: `!err && suppress`).
    const suppressed =
      result.kind !== 'error' &&
      rule.suppressPrefix !== undefined &&
      ops.prefixLength(result.route.dst) <= rule.suppressPrefix;
    if (!suppressed) return { ...result, rule };
  }
  return { kind: 'none' };
}

function selects(rule: LookupRule, key: LookupKey, ops: FibRulesOps): boolean {
  const [mark = '0', mask = '0xffffffff'] = rule.fwmark?.split('/') ?? [];
  const within = (port: number | undefined, range: readonly [number, number] | undefined) =>
    range === undefined || (port !== undefined && port >= range[0] && port <= range[1]);
  const protocol = rule.ipproto === undefined ? undefined : protocolName(rule.ipproto);
  const fits =
    // Every packet of the model has TOS 0, which a rule for a TOS does not select.
    !rule.others.includes('tos') &&
    (rule.iif === undefined || rule.iif === key.iif) &&
    (rule.oif === undefined || rule.oif === key.oif) &&
    (rule.fwmark === undefined || (((key.mark ?? 0) ^ Number(mark)) & Number(mask)) === 0) &&
    // No prefix but the widest has a source that is still to be chosen.
    (rule.src === 'all' || ops.inPrefix(key.src ?? ops.unspecified, rule.src)) &&
    (rule.dst === undefined || ops.inPrefix(key.dst, rule.dst)) &&
    (protocol === undefined || protocol === key.proto) &&
    within(key.sport, rule.sport) &&
    within(key.dport, rule.dport);
  return fits !== rule.not;
}
