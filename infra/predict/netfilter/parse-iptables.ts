// iptables-save's lines as chains: the matches and targets that Kubernetes networking uses, and "unknown" for others.
// Sources: iptables(8), iptables-extensions(8).
import type { NetfilterRow } from '../../observe/snapshot.ts';
import type { Hook, Match } from './match.ts';
import * as is from './match.ts';
import type { Action, BaseChain, Chain, FilterRule } from './ruleset.ts';

const HOOKS: Readonly<Record<string, Hook>> = {
  PREROUTING: 'prerouting',
  INPUT: 'input',
  FORWARD: 'forward',
  OUTPUT: 'output',
  POSTROUTING: 'postrouting',
};

/** Priorities of the tables (include/uapi/linux/netfilter_ipv4.h). */
function priority(table: string, hook: Hook): number {
  if (table === 'nat') return hook === 'postrouting' || hook === 'input' ? 100 : -100;
  return { raw: -300, mangle: -150, filter: 0, security: 50 }[table] ?? 0;
}

export function parseIptables(rows: readonly NetfilterRow[]): Chain[] {
  const chains = Map.groupBy(rows, (row) => `${row.family} ${row.table} ${row.chain}`);
  return [...chains].map(([id, chainRows]) => {
    const table = chainRows[0]?.table ?? '';
    const policy = chainRows.find(({ rule }) => rule.startsWith('-P '));
    const base = policy && baseChain(policy);
    return {
      id,
      table: `${chainRows[0]?.family} ${table}`,
      ...(base && { base }),
      rules: chainRows.filter(({ rule }) => rule.startsWith('-A ')).map(parseRule),
    };
  });
}

function baseChain(row: NetfilterRow): BaseChain | undefined {
  const hook = HOOKS[row.chain];
  if (hook === undefined) return undefined;
  const type = row.table === 'nat' ? 'nat' : row.table === 'mangle' && hook === 'output' ? 'route' : 'filter';
  const policy = row.rule.endsWith(' DROP') ? 'drop' : 'accept';
  return { hook, type, priority: priority(row.table, hook), policy, row };
}

/** Words of a line; quotes as iptables-save puts them around comments. */
export function words(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '',
  );
}

const range = (text: string): is.Range => {
  const [low = '', high = low] = text.split(':');
  return [Number(low || 0), Number(high || 65_535)];
};
const ranges = (text: string) => text.split(',').map(range);
const masked = (text: string): readonly [number, number] => {
  const [value = '', mask = '0xffffffff'] = text.split('/');
  return [Number(value), Number(mask)];
};

/** Options of matches, each with one argument. */
const MATCHES: Readonly<Record<string, (argument: string) => Match>> = {
  '-s': (a) => is.source(a.split(',')),
  '-d': (a) => is.destination(a.split(',')),
  '-i': (a) => is.inputName([a]),
  '-o': (a) => is.outputName([a]),
  '-p': (a) => is.protocol([a]),
  '--sport': (a) => is.sourcePort([range(a)]),
  '--dport': (a) => is.destinationPort([range(a)]),
  '--sports': (a) => is.sourcePort(ranges(a)),
  '--dports': (a) => is.destinationPort(ranges(a)),
  '--ports': (a) => is.eitherPort(ranges(a)),
  '--icmp-type': (a) => is.icmpType([a]),
  '--icmpv6-type': (a) => is.icmpv6Type([a]),
  '--ctstate': (a) => is.connectionState(a.split(',')),
  '--state': (a) => is.connectionState(a.split(',')),
  '--ctdir': (a) => is.connectionDirection(a),
  '--src-type': (a) => is.addressType('src', a.split(',')),
  '--dst-type': (a) => is.addressType('dst', a.split(',')),
  '--src-range': (a) => is.source([a]),
  '--dst-range': (a) => is.destination([a]),
  '--physdev-in': is.physInput,
  '--physdev-out': is.physOutput,
  '--length': (a) => is.length([range(a)]),
  '--ttl-eq': (a) => is.ttl((t) => t === Number(a)),
  '--ttl-lt': (a) => is.ttl((t) => t < Number(a)),
  '--ttl-gt': (a) => is.ttl((t) => t > Number(a)),
  '--hl-eq': (a) => is.ttl((t) => t === Number(a)),
  '--hl-lt': (a) => is.ttl((t) => t < Number(a)),
  '--hl-gt': (a) => is.ttl((t) => t > Number(a)),
  '--mac-source': is.sourceMac,
  '--pkt-type': (a) => is.packetType([a]),
};

/** Options that say nothing about the packet, with the number of their arguments. */
const SILENT: Readonly<Record<string, number>> = {
  '--comment': 1,
  '--reject-with': 1,
  '--random-fully': 0,
  '--random': 0,
  '--persistent': 0,
  '--log-prefix': 1,
  '--log-level': 1,
  '--nflog-group': 1,
  '--nflog-prefix': 1,
  '--clamp-mss-to-pmtu': 0,
  '--set-mss': 1,
  '--to-ports': 1,
  '--to-source': 1,
  '--to-destination': 1,
  '--set-xmark': 1,
  '--set-mark': 1,
  '--notrack': 0,
  '--restore-mark': 0,
  '--save-mark': 0,
  '--nfmask': 1,
  '--ctmask': 1,
};

function parseRule(row: NetfilterRow): FilterRule {
  const [, , ...tokens] = words(row.rule);
  const matches: Match[] = [];
  const options = new Map<string, string>();
  let target: string | undefined;
  let isGoto = false;
  let module = '';
  let negated = false;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? '';
    const argument = tokens[i + 1] ?? '';
    const push = (match: Match) => matches.push(negated ? is.not(match) : match);
    const make = MATCHES[token];
    if (token === '!') {
      negated = true;
      continue;
    }
    if (token === '-m') {
      module = argument;
      i++;
      // The module alone says something only of these.
      if (
        ['rpfilter', 'limit', 'statistic', 'hashlimit', 'recent', 'u32', 'bpf', 'socket', 'time'].includes(
          module,
        )
      )
        matches.push(is.UNKNOWN);
    } else if (token === '-j' || token === '-g') {
      target = argument;
      isGoto = token === '-g';
      i++;
    } else if (token === '-f') push(is.laterFragment);
    else if (token === '--physdev-is-bridged') push(is.bridged);
    else if (token === '--mark' && target === undefined) {
      push(module === 'connmark' ? is.connectionMark(...masked(argument)) : is.mark(...masked(argument)));
      i++;
    } else if (token === '--tcp-flags') {
      push(is.tcpFlags(argument.split(','), (tokens[i + 2] ?? '').split(',')));
      i += 2;
    } else if (make && target === undefined) {
      push(make(argument));
      i++;
    } else if (SILENT[token] !== undefined) {
      options.set(token, argument);
      i += SILENT[token] ?? 0;
    } else if (token.startsWith('-')) {
      // Whatever it asks, it is not modelled; its arguments are skipped.
      if (target === undefined) matches.push(is.UNKNOWN);
      else options.set('unknown', token);
    }
    negated = false;
  }
  return { row, matches, actions: [action(target, isGoto, options)] };
}

/** `address[:port[-port]]`, `:port`; a range of addresses is a choice that cannot be told. */
function translation(what: 'snat' | 'dnat', text: string): Action {
  const parts = /^(\d+\.\d+\.\d+\.\d+)?(?::(\d+)(?:-\d+)?)?(?:\/\d+)?$/.exec(text);
  if (!parts) return { do: 'unknown' };
  return {
    do: what,
    ...(parts[1] !== undefined && { address: parts[1] }),
    ...(parts[2] !== undefined && { port: Number(parts[2]) }),
  };
}

const PLAIN: Readonly<Record<string, Action['do'] & ('accept' | 'drop' | 'reject' | 'return' | 'continue')>> =
  {
    ACCEPT: 'accept',
    DROP: 'drop',
    REJECT: 'reject',
    RETURN: 'return',
    LOG: 'continue',
    NFLOG: 'continue',
    TRACE: 'continue',
    TCPMSS: 'continue',
    CHECKSUM: 'continue',
  };

function action(target: string | undefined, isGoto: boolean, options: ReadonlyMap<string, string>): Action {
  if (target === undefined) return { do: 'continue' };
  if (options.has('unknown')) return { do: 'unknown' };
  const plain = PLAIN[target];
  if (plain) return { do: plain };
  switch (target) {
    case 'MASQUERADE':
      return { do: 'masquerade' };
    case 'SNAT':
      return translation('snat', options.get('--to-source') ?? '');
    case 'DNAT':
      return translation('dnat', options.get('--to-destination') ?? '');
    case 'REDIRECT': {
      const port = options.get('--to-ports');
      return { do: 'redirect', ...(port !== undefined && { port: Number(port.split('-')[0]) }) };
    }
    case 'MARK': {
      // --set-xmark value/mask: clear the mask's bits, then XOR the value into the mark.
      const [value, clear] = masked(options.get('--set-xmark') ?? options.get('--set-mark') ?? '0');
      return { do: 'mark', value, clear };
    }
    case 'CONNMARK':
      if (options.has('--restore-mark')) return { do: 'restore-mark' };
      return options.has('--save-mark') ? { do: 'save-mark' } : { do: 'unknown' };
    case 'CT':
    case 'NOTRACK':
      return options.has('--notrack') || target === 'NOTRACK' ? { do: 'untrack' } : { do: 'unknown' };
  }
  // A target that is not modelled is looked for as a chain, and not found.
  return { do: isGoto ? 'goto' : 'jump', chain: target };
}
