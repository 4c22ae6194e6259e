// What a packet filter does to one packet at one hook: every base chain by priority, connection tracking in its place.
// Sources: nf_hook_slow() and nf_nat_inet_fn(), net/netfilter/; priorities, include/uapi/linux/netfilter_ipv4.h.
import { connectionOf, ctState, track, translate } from '../conntrack.ts';
import type { Decision, Rule } from '../hop.ts';
import { isIpv6, type Packet } from '../packet.ts';
import { sourceFor } from '../source-address.ts';
import { sourceFor6 } from '../source-address6.ts';
import type { Answer, Hook, Meeting } from './match.ts';
import type { Action, Chain, FilterRule, Ruleset } from './ruleset.ts';

/** NF_IP_PRI_CONNTRACK. */
const CONNTRACK = -200;
const NAT_SOURCE = 100;
const NAT_DESTINATION = -100;

export type HookResult =
  | { readonly verdict: 'accept'; readonly packet: Packet; readonly decisions: readonly Decision[] }
  | { readonly verdict: 'drop' | 'reject'; readonly rule: Rule; readonly words: string }
  | { readonly verdict: 'unknown'; readonly rule?: Rule; readonly words: string };

type Stop = Exclude<HookResult, { verdict: 'accept' }>;

/** @param meeting its kernel's connections are added to */
export function runHook(meeting: Meeting): HookResult {
  const { kernel, hook } = meeting;
  const ipv6 = isIpv6(meeting.packet);
  const ruleset = ipv6 ? kernel.netfilter6 : kernel.netfilter;
  if (ruleset === 'unread') {
    return { verdict: 'unknown', words: `the packet filter of ${kernel.name} could not be read` };
  }
  const entry = hook === 'prerouting' || hook === 'output';
  const natHook = hook === 'prerouting' || hook === 'output' ? 'dst' : hook === 'forward' ? undefined : 'src';
  const natPriority = natHook === 'dst' ? NAT_DESTINATION : NAT_SOURCE;
  const decisions: Decision[] = [];
  let packet = meeting.packet;
  let tracked = !entry;
  let translated = natHook === undefined;
  const trackNow = () => {
    packet = track(kernel.connections, packet);
    tracked = true;
  };
  const translateNow = () => {
    if (natHook === undefined || translated) return;
    // A connection that no nat rule has taken keeps its addresses for good.
    connectionOf(packet)?.settled.add(natHook);
    packet = translate(packet, natHook);
    translated = true;
  };
  for (const chain of ruleset.hooks.get(hook) ?? []) {
    const at = chain.base?.priority ?? 0;
    if (!tracked && at > CONNTRACK) trackNow();
    if (chain.base?.type !== 'nat' && at > natPriority) translateNow();
    if (chain.base?.type === 'nat' && !wantsNat(packet, natHook)) continue;
    const result = runChain(ruleset, chain, { ...meeting, packet });
    if (result.verdict !== 'accept') return result;
    ({ packet } = result);
    decisions.push(...result.decisions);
  }
  if (!tracked) trackNow();
  translateNow();
  const undone = describeUndone(meeting.packet, packet, decisions);
  return { verdict: 'accept', packet, decisions: undone ? [...decisions, undone] : decisions };
}

/** Only the first packet of a connection meets the nat tables, once for each kind of manipulation. */
function wantsNat(packet: Packet, what: 'src' | 'dst' | undefined): boolean {
  const connection = connectionOf(packet);
  return (
    what !== undefined &&
    connection !== undefined &&
    ctState(packet) === 'NEW' &&
    !connection.settled.has(what)
  );
}

function describeUndone(before: Packet, after: Packet, decisions: readonly Decision[]): Decision | undefined {
  if (decisions.some(({ kind }) => kind === 'nat')) return undefined;
  const what = [rewriteWords(before, after, 'destination'), rewriteWords(before, after, 'source')];
  const changed = what.filter((words) => words !== undefined);
  if (changed.length === 0) return undefined;
  return { kind: 'nat', words: `${changed.join(', ')}, as connection tracking remembers it` };
}

/** Such as `destination 192.168.49.2:8080 → 10.244.0.2:80`; a port only where it changes. */
function rewriteWords(before: Packet, after: Packet, end: 'source' | 'destination'): string | undefined {
  const [address, port] = end === 'source' ? (['src', 'sport'] as const) : (['dst', 'dport'] as const);
  const both = before.proto !== 'icmp' && before[port] !== after[port];
  if (!both && before[address] === after[address]) return undefined;
  const written = (packet: Packet) => (both ? `${packet[address]}:${packet[port]}` : packet[address]);
  return `${end} ${written(before)} → ${written(after)}`;
}

interface Frame {
  readonly rules: readonly FilterRule[];
  at: number;
}

/** One base chain, and those it jumps to. */
export function runChain(ruleset: Ruleset, base: Chain, start: Meeting): HookResult {
  const decisions: Decision[] = [];
  let meeting = start;
  const stack: Frame[] = [{ rules: base.rules, at: 0 }];
  for (let steps = 0; stack.length > 0; steps++) {
    // A ruleset cannot loop; this is a bound for one that was misread.
    if (steps > 100_000) return { verdict: 'unknown', words: `chain ${base.id} does not come to an end` };
    const frame = stack.at(-1);
    const rule = frame?.rules[frame.at];
    if (frame === undefined || rule === undefined) {
      stack.pop();
      continue;
    }
    frame.at++;
    const answer = all(rule, meeting);
    if (answer === false) continue;
    if (answer === 'unknown') {
      if (rule.actions.every(({ do: what }) => what === 'continue')) continue;
      return unknownRule(rule, meeting);
    }
    for (const action of rule.actions) {
      const outcome = act(action, rule, meeting, base);
      if (outcome === 'return') {
        // In a nat table it is how a packet is spared.
        if (base.base?.type === 'nat') decisions.push(taken('returned by', rule, meeting));
        stack.pop();
        break;
      }
      if (outcome === 'accept') {
        decisions.push(taken('accepted by', rule, meeting));
        return { verdict: 'accept', packet: meeting.packet, decisions };
      }
      if ('verdict' in outcome) return outcome;
      if ('chain' in outcome) {
        const chain = ruleset.chains.get(`${base.table} ${outcome.chain}`);
        if (chain === undefined) return unknownRule(rule, meeting);
        if (outcome.leave) stack.pop();
        stack.push({ rules: chain.rules, at: 0 });
        break;
      }
      meeting = { ...meeting, packet: outcome.packet };
      if (outcome.decision) decisions.push(outcome.decision);
      if (outcome.done) return { verdict: 'accept', packet: meeting.packet, decisions };
    }
  }
  if (base.base?.policy === 'drop') {
    const rule = ruleOf(meeting, base.base.row);
    return { verdict: 'drop', rule, words: `policy DROP of ${base.id.split(' ').slice(1).join(' ')}` };
  }
  return { verdict: 'accept', packet: meeting.packet, decisions };
}

function all(rule: FilterRule, meeting: Meeting): Answer {
  let answer: Answer = true;
  for (const match of rule.matches) {
    const one = match.test(meeting);
    if (one === false) return false;
    if (one === 'unknown') answer = 'unknown';
  }
  return answer;
}

const ruleOf = ({ kernel }: Meeting, row: FilterRule['row']): Rule => ({
  table: 'netfilter',
  host: kernel.name,
  line: `${row.table}: ${row.rule}`,
  row,
});

/** A rule that lets the packet be: there is nothing else to see of it. */
function taken(how: string, { row }: FilterRule, meeting: Meeting): Decision {
  const rule = ruleOf(meeting, row);
  return { kind: 'filter', words: `${how} ${hookName(meeting.hook)} ${rule.line}`, rule };
}

function unknownRule(rule: FilterRule, meeting: Meeting): Stop {
  return {
    verdict: 'unknown',
    rule: ruleOf(meeting, rule.row),
    words: `unknown: rule ${rule.row.rule} of ${meeting.kernel.name} is not modelled and could match`,
  };
}

type Outcome =
  | 'return'
  | 'accept'
  | Stop
  | { readonly chain: string; readonly leave: boolean }
  | { readonly packet: Packet; readonly decision?: Decision; readonly done?: boolean };

function act(action: Action, rule: FilterRule, meeting: Meeting, base: Chain): Outcome {
  const { packet } = meeting;
  const line = ruleOf(meeting, rule.row);
  switch (action.do) {
    case 'continue':
      return { packet };
    case 'accept':
    case 'return':
      return action.do;
    case 'drop':
    case 'reject':
      return { verdict: action.do, rule: line, words: `${hookName(meeting.hook)} ${line.line}` };
    case 'jump':
    case 'goto':
      return { chain: action.chain, leave: action.do === 'goto' };
    case 'mark': {
      const value = ((packet.mark & ~action.clear) ^ action.value) >>> 0;
      const words = `mark 0x${value.toString(16)}`;
      return { packet: { ...packet, mark: value }, decision: { kind: 'mark', words, rule: line } };
    }
    case 'restore-mark':
      return { packet: { ...packet, mark: connectionOf(packet)?.mark ?? 0 } };
    case 'save-mark': {
      const connection = connectionOf(packet);
      if (connection) connection.mark = packet.mark;
      return { packet };
    }
    case 'untrack':
      return { packet: { ...packet, tracked: { connection: 'untracked', reply: false } } };
    case 'unknown':
      return unknownRule(rule, meeting);
    default:
      return base.base?.type === 'nat' ? nat(action, meeting, line) : unknownRule(rule, meeting);
  }
}

const hookName = (hook: Hook) => hook.toUpperCase();

/** Writes the translation into the connection; `translate` then gives it to the packet, as to all that follow. */
function nat(
  action: Extract<Action, { do: 'masquerade' | 'redirect' | 'snat' | 'dnat' }>,
  meeting: Meeting,
  rule: Rule,
): Outcome {
  const { packet, iif, oif } = meeting;
  const connection = connectionOf(packet);
  if (connection === undefined) return { packet };
  const { reply } = connection;
  const word = action.do.toUpperCase();
  if (action.do === 'masquerade' || action.do === 'snat') {
    const address = action.do === 'snat' ? (action.address ?? packet.src) : masqueradeAddress(meeting, oif);
    // nf_nat_masquerade_ipv4(): an interface without an address cannot lend one.
    if (address === undefined)
      return { verdict: 'drop', rule, words: `${word}: ${oif} has no address to lend` };
    connection.reply = {
      ...reply,
      dst: address,
      ...(action.do === 'snat' &&
        action.port !== undefined &&
        packet.proto !== 'icmp' && { dport: action.port }),
    };
    connection.settled.add('src');
    const after = translate(packet, 'src');
    const words = rewriteWords(packet, after, 'source') ?? `source ${packet.src} stays`;
    return { packet: after, decision: { kind: 'nat', words: `${word}: ${words}`, rule }, done: true };
  }
  const local = isIpv6(packet) ? localAddress6(meeting) : localAddress(meeting);
  const address = action.do === 'redirect' ? local : (action.address ?? packet.dst);
  if (address === undefined) return { verdict: 'drop', rule, words: `${word}: ${iif} has no address` };
  connection.reply = {
    ...reply,
    src: address,
    ...(action.port !== undefined && packet.proto !== 'icmp' && { sport: action.port }),
  };
  connection.settled.add('dst');
  const after = translate(packet, 'dst');
  const words = rewriteWords(packet, after, 'destination') ?? `destination ${packet.dst} stays`;
  return { packet: after, decision: { kind: 'nat', words: `${word}: ${words}`, rule }, done: true };
}

/** The address that would be chosen towards the next hop out of that interface. */
function masqueradeAddress(
  { kernel, nexthop, packet }: Meeting,
  oif: string | undefined,
): string | undefined {
  if (oif === undefined) return undefined;
  // nf_nat_masquerade_ipv6() asks for one towards the destination.
  if (isIpv6(packet)) return sourceFor6(kernel, oif, packet.dst);
  return sourceFor(kernel, oif, nexthop ?? packet.dst, 'global');
}

/** Where REDIRECT sends to: nf_nat_redirect_ipv4(), nf_nat_redirect_ipv6(). */
const localAddress = ({ kernel, hook, iif }: Meeting) =>
  hook === 'output' ? '127.0.0.1' : kernel.addresses.find(({ dev }) => dev === iif)?.address;
const localAddress6 = ({ kernel, hook, iif }: Meeting) =>
  hook === 'output'
    ? '::1'
    : kernel.ipv6?.addresses.find(({ dev, scope }) => dev === iif && scope === 'global')?.address;
