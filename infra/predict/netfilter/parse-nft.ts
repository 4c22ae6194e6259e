// `nft list ruleset` as chains: the statements that Kubernetes networking uses, and "unknown" for others. Source: nft(8).
import type { NetfilterRow } from '../../observe/snapshot.ts';
import type { Hook, Match } from './match.ts';
import * as is from './match.ts';
import type { Action, BaseChain, Chain, FilterRule } from './ruleset.ts';

const HOOKS: readonly string[] = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
/** Names of priorities for the families ip and inet (nft(8), "Standard priority names"). */
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};

/** @param priorities by name: each family has its own */
export function parseNft(all: readonly NetfilterRow[], priorities = PRIORITIES): Chain[] {
  const asleep = all.filter(({ chain, rule }) => chain.startsWith('table ') && /^flags .*dormant/.test(rule));
  const rows = all.filter((row) => !asleep.some((t) => t.family === row.family && t.table === row.table));
  const sets = namedSets(rows);
  const chains = Map.groupBy(
    rows.filter(
      ({ chain }) => !/^(set|map|flowtable|ct \w+|counter|quota|limit) /.test(chain) && chain !== '',
    ),
    (row) => `${row.family} ${row.table} ${row.chain}`,
  );
  const parsed = [...chains].map(([id, chainRows]): Chain => {
    const head = chainRows.find(({ rule }) => rule.startsWith('type '));
    const base = head && baseChain(head, priorities);
    const table = `${chainRows[0]?.family} ${chainRows[0]?.table}`;
    return {
      id,
      table,
      ...(base && { base }),
      rules: chainRows
        .filter((row) => row !== head && !/^(comment|elements) /.test(row.rule))
        .map((row) => parseRule(row, (name) => sets.get(`${table} ${name}`))),
    };
  });
  return [...parsed, ...emptyChains(parsed)];
}

/** Jumped to, and without a row: nft takes a jump only to a chain that there is (nft(8), "add rule"). */
function emptyChains(chains: readonly Chain[]): Chain[] {
  const targets = chains.flatMap(({ table, rules }) =>
    rules.flatMap(({ actions }) =>
      actions.flatMap((action) =>
        action.do === 'jump' || action.do === 'goto' ? [{ table, id: `${table} ${action.chain}` }] : [],
      ),
    ),
  );
  const known = new Set(chains.map(({ id }) => id));
  const missing = new Map(targets.filter(({ id }) => !known.has(id)).map((target) => [target.id, target]));
  return [...missing.values()].map((target) => ({ ...target, rules: [] }));
}

/** Elements of each named set, by `<family> <table> <name>`; undefined for one whose elements cannot be read. */
function namedSets(rows: readonly NetfilterRow[]): ReadonlyMap<string, readonly string[] | undefined> {
  const sets = Map.groupBy(
    rows.filter(({ chain }) => chain.startsWith('set ')),
    (row) => `${row.family} ${row.table} ${row.chain.slice(4)}`,
  );
  return new Map(
    [...sets].map(([id, setRows]) => {
      const text = setRows.map(({ rule }) => rule).join(' ');
      const elements = /elements = \{([^}]*)\}/.exec(text)?.[1] ?? '';
      const list = elements
        .split(',')
        .map((e) => e.trim())
        .filter(Boolean);
      return [id, list.some((e) => /\s/.test(e)) ? undefined : list];
    }),
  );
}

function baseChain(row: NetfilterRow, priorities: typeof PRIORITIES): BaseChain | undefined {
  const parts =
    /^type (\w+) hook (\w+) (?:device \S+ )?priority (\S+?)(?: ([+-]) (\d+))?; policy (\w+);/.exec(row.rule);
  if (!parts) return undefined;
  const [, type = '', hook = '', name = '', sign = '+', offset = '0', policy] = parts;
  if (!HOOKS.includes(hook)) return undefined;
  return {
    hook: hook as Hook,
    type: type as BaseChain['type'],
    priority: (priorities[name] ?? Number(name)) + Number(`${sign}${offset}`),
    policy: policy === 'drop' ? 'drop' : 'accept',
    row,
  };
}

type SetOf = (name: string) => readonly string[] | undefined;

/** Left-hand sides with one word or a set on the right. Keys as nft prints them. */
const FIELDS: Readonly<Record<string, (values: readonly string[]) => Match>> = {
  'ip saddr': is.source,
  'ip daddr': is.destination,
  'ip6 saddr': is.source,
  'ip6 daddr': is.destination,
  'meta nfproto': is.familyOf,
  iifname: is.inputName,
  oifname: is.outputName,
  iif: is.inputName,
  oif: is.outputName,
  'meta iifname': is.inputName,
  'meta oifname': is.outputName,
  'meta l4proto': is.protocol,
  'ip protocol': is.protocol,
  'ip6 nexthdr': is.protocol,
  'tcp dport': (v) => both(is.protocol(['tcp']), is.destinationPort(v.map(range))),
  'udp dport': (v) => both(is.protocol(['udp']), is.destinationPort(v.map(range))),
  'th dport': (v) => is.destinationPort(v.map(range)),
  'tcp sport': (v) => both(is.protocol(['tcp']), is.sourcePort(v.map(range))),
  'udp sport': (v) => both(is.protocol(['udp']), is.sourcePort(v.map(range))),
  'th sport': (v) => is.sourcePort(v.map(range)),
  'icmp type': is.icmpType,
  'icmpv6 type': is.icmpv6Type,
  'ct state': is.connectionState,
  'ct status': (v) => is.connectionState(v.map((s) => s.toUpperCase())),
  'ct direction': (v) => is.connectionDirection(v[0] ?? ''),
  'fib daddr type': (v) => is.addressType('dst', v),
  'fib saddr type': (v) => is.addressType('src', v),
  'ip length': (v) => is.length(v.map(range)),
  'ip ttl': (v) => is.ttl((t) => v.some((text) => t === Number(text))),
  'ip6 hoplimit': (v) => is.ttl((t) => v.some((text) => t === Number(text))),
  'ether saddr': (v) => is.sourceMac(v[0] ?? ''),
  'ether daddr': (v) => is.destinationMac(v[0] ?? ''),
  'ether type': is.etherType,
  'meta protocol': is.etherType,
  'meta pkttype': (v) => is.packetType(v.map((t) => (t === 'host' ? 'unicast' : t))),
  'meta mark': (v) => is.mark(Number(v[0]), 0xffffffff),
  mark: (v) => is.mark(Number(v[0]), 0xffffffff),
  'ct mark': (v) => is.connectionMark(Number(v[0]), 0xffffffff),
};

/** Named ports and the like are not numbers: such a range fits nothing, so it must not be taken for one. */
const range = (text: string): is.Range => {
  const [low = '', high = low] = text.split('-');
  return [Number(low), Number(high)];
};

function both(a: Match, b: Match): Match {
  return {
    test: (meeting) => {
      const [x, y] = [a.test(meeting), b.test(meeting)];
      if (x === false || y === false) return false;
      return x === 'unknown' || y === 'unknown' ? 'unknown' : true;
    },
  };
}

/** Words; quotes gone, braces on their own, commas of sets gone. */
function words(rule: string): string[] {
  return [...rule.matchAll(/"([^"]*)"|([{}])|([^\s{}",]+(?:,[^\s{}",]+)*)/g)].map(
    (m) => m[1] ?? m[2] ?? m[3] ?? '',
  );
}

function parseRule(row: NetfilterRow, setOf: SetOf): FilterRule {
  const tokens = words(row.rule);
  const matches: Match[] = [];
  const actions: Action[] = [];
  let i = 0;
  const giveUp = () => {
    actions.push({ do: 'unknown' });
    i = tokens.length;
  };
  while (i < tokens.length) {
    const [one = '', two = '', three = ''] = tokens.slice(i, i + 3);
    const key = [`${one} ${two} ${three}`, `${one} ${two}`, one].find((k) => FIELDS[k] !== undefined);
    if (key === 'meta mark' && three === 'set') {
      const read = markAction(tokens.slice(i + 3));
      if (read === undefined) giveUp();
      else {
        actions.push(read.action);
        i += 3 + read.used;
      }
    } else if (key !== undefined) {
      const read = readMatch(key, tokens, i + key.split(' ').length, setOf);
      if (read === undefined) giveUp();
      else {
        matches.push(read.match);
        i = read.next;
      }
    } else {
      const read = readStatement(tokens, i);
      if (read === undefined) giveUp();
      else {
        if (read.action) actions.push(read.action);
        i = read.next;
      }
    }
  }
  return { row, matches, actions };
}

function readMatch(key: string, tokens: readonly string[], start: number, setOf: SetOf) {
  const make = FIELDS[key];
  let at = start;
  if (make === undefined) return undefined;
  if (tokens[at] === '&') {
    // meta mark & 0x4000 == 0x4000
    const [mask = '', operator, value = ''] = tokens.slice(at + 1, at + 4);
    if (!/mark$/.test(key) || (operator !== '==' && operator !== '!=')) return undefined;
    const field = (key === 'ct mark' ? is.connectionMark : is.mark)(Number(value), Number(mask));
    return { match: operator === '!=' ? is.not(field) : field, next: at + 4 };
  }
  const negated = tokens[at] === '!=';
  if (negated || tokens[at] === '==') at++;
  if (/^([<>]=?|and|or|xor|\.|vmap)$/.test(tokens[at] ?? '')) return undefined;
  let values: readonly string[] | undefined;
  if (tokens[at] === '{') {
    const end = tokens.indexOf('}', at);
    values = tokens.slice(at + 1, end);
    at = end + 1;
  } else if (tokens[at]?.startsWith('@')) {
    values = setOf(tokens[at]?.slice(1) ?? '');
    at++;
  } else {
    values = tokens[at]?.split(',');
    at++;
  }
  // A concatenation or a map goes on with a dot or a colon.
  if (values === undefined || values.some((v) => v === '.' || v === ':') || tokens[at] === '.')
    return undefined;
  const numeric = /port$|length$|ttl$|hoplimit$|mark$/.test(key);
  if (numeric && values.some((v) => !/^(0x[0-9a-f]+|\d+(-\d+)?)$/i.test(v))) return undefined;
  const match = make(values);
  return { match: is.onlyOf(familyOf(key), negated ? is.not(match) : match), next: at };
}

/** What looks into a header asks silently whether the packet has it: `ip ttl != 64` is never true of an IPv6 packet. */
function familyOf(key: string): 4 | 6 | undefined {
  if (/^(ip|icmp) /.test(key)) return 4;
  return /^(ip6|icmpv6) /.test(key) ? 6 : undefined;
}

/** `meta mark set 0x1`, `… set meta mark | 0x4000` (older: `mark or`), `… & 0xfff`. */
function markAction(rest: readonly string[]): { readonly action: Action; readonly used: number } | undefined {
  const text = rest.join(' ');
  const plain = /^(0x[0-9a-f]+|\d+)(?= |$)/i.exec(text);
  if (plain) return { action: { do: 'mark', value: Number(plain[0]), clear: 0xffffffff }, used: 1 };
  const or = /^(?:meta )?mark (?:\||or) (0x[0-9a-f]+|\d+)(?= |$)/i.exec(text);
  if (!or) return undefined;
  const value = Number(or[1]);
  return { action: { do: 'mark', value, clear: value }, used: or[0].split(' ').length };
}

const VERDICTS: readonly string[] = ['accept', 'drop', 'return'];
const NAT_OPTIONS: readonly string[] = ['random', 'fully-random', 'persistent'];

function readStatement(
  tokens: readonly string[],
  at: number,
): { readonly action?: Action; readonly next: number } | undefined {
  const word = tokens[at] ?? '';
  const after = tokens[at + 1] ?? '';
  if (VERDICTS.includes(word)) return { action: { do: word as 'accept' | 'drop' | 'return' }, next: at + 1 };
  switch (word) {
    case 'continue':
      return { next: at + 1 };
    case 'counter':
      return { next: after === 'packets' ? at + 5 : at + 1 };
    case 'comment':
      return { next: at + 2 };
    case 'log':
      return { next: logEnd(tokens, at + 1) };
    case 'reject':
      return { action: { do: 'reject' }, next: tokens.length };
    case 'jump':
    case 'goto':
      return { action: { do: word, chain: after }, next: at + 2 };
    case 'notrack':
      return { action: { do: 'untrack' }, next: at + 1 };
    case 'masquerade':
    case 'redirect':
    case 'snat':
    case 'dnat':
      return natStatement(word, tokens, at + 1);
  }
  return undefined;
}

function logEnd(tokens: readonly string[], start: number): number {
  let at = start;
  while (['prefix', 'level', 'group', 'flags', 'snaplen'].includes(tokens[at] ?? '')) at += 2;
  return at;
}

function natStatement(
  word: 'masquerade' | 'redirect' | 'snat' | 'dnat',
  tokens: readonly string[],
  start: number,
) {
  let at = start;
  let address: string | undefined;
  let port: number | undefined;
  if (tokens[at] === 'ip') at++;
  if (tokens[at] === 'to') {
    const parts = /^(\d+\.\d+\.\d+\.\d+)?(?::(\d+))?$/.exec(tokens[at + 1] ?? '');
    if (!parts) return undefined;
    [address, port] = [parts[1], parts[2] === undefined ? undefined : Number(parts[2])];
    at += 2;
  }
  while (NAT_OPTIONS.includes(tokens[at]?.replace(/,.*/, '') ?? '')) at++;
  const action: Action =
    word === 'masquerade'
      ? { do: 'masquerade' }
      : word === 'redirect'
        ? { do: 'redirect', ...(port !== undefined && { port }) }
        : { do: word, ...(address !== undefined && { address }), ...(port !== undefined && { port }) };
  return { action, next: at };
}
