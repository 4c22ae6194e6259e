// A policy routing rule that leads a packet away: without it the packet would arrive.
import type { LookupRule } from '../observe/forwarding-state.ts';
import { type Exchange, predictExchange } from '../predict/exchange.ts';
import type { Flow } from '../predict/flow.ts';
import { hops, type Rule } from '../predict/hop.ts';
import type { Prediction, PredictState } from '../predict/predict.ts';
import type { Cause } from './finding.ts';

/** @returns undefined when no rule has decided, or the packet would not arrive without it either */
export function ruleThatLeadsAway(
  state: PredictState,
  asked: Flow,
  { request, reply }: Exchange,
): Cause | undefined {
  const rules = [request, reply].flatMap((prediction) => (prediction ? policyRules(prediction) : []));
  const guilty = rules.find((rule) => predictExchange(without(state, rule), asked).outcome === 'delivered');
  if (!guilty) return undefined;
  const { priority } = guilty.row as LookupRule;
  return {
    host: guilty.host,
    table: 'rules',
    subject: `rule ${priority}`,
    words: `without rule ${guilty.line} this would arrive`,
  };
}

/** Those that have chosen a table, and one that has refused the packet itself. */
function policyRules({ branches, end }: Prediction): readonly Rule[] {
  const decided = [...hops(branches), end].flatMap(({ decisions }) => decisions);
  const refused = end.kind === 'dropped' ? [end] : [];
  return [...decided, ...refused].flatMap(({ rule }) => (rule?.table === 'rules' ? [rule] : []));
}

/** The same kernels with one rule less. */
function without({ hosts }: PredictState, { host, row }: Rule): PredictState {
  const snapshot = hosts[host];
  if (snapshot?.forwarding === undefined) return { hosts };
  const rules = snapshot.forwarding.rules.filter((rule) => rule !== row);
  return { hosts: { ...hosts, [host]: { ...snapshot, forwarding: { ...snapshot.forwarding, rules } } } };
}
