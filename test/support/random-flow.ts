// A random flow through the lab that is edited: what is asked of it after an edit.
import type { Flow } from '../../infra/predict/flow.ts';
import type { Pick } from '../../scripts/bench/random-numbers.ts';
import { ADDRESSES } from './edited-lab.ts';

/** What a flow may go to. */
export interface Ends {
  /** Of each host. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Gateways, and addresses that nobody has. */
  readonly others: readonly string[];
}

export const IPV4_ENDS: Ends = {
  addresses: ADDRESSES,
  others: ['10.42.1.1', '10.44.2.1', '10.42.2.0', '10.99.9.9'],
};

/** Three of four go to or from where something was edited: others seldom tell anything. */
export function randomFlow(pick: Pick, edited: string, ends: Ends = IPV4_ENDS): Flow {
  const near = ['a', 'b', 'c', 'n'].map((letter) => `${letter}${/\d/.exec(edited)?.[0] ?? 1}`);
  const there = edited.startsWith('n') ? near : [edited, edited, ...near];
  const everywhere = [...Object.values(ends.addresses), ...ends.others];
  const addresses = there.flatMap((name) => ends.addresses[name] ?? []);
  const [fromThere, toThere] = pick([
    [true, false],
    [false, true],
    [true, true],
    [false, false],
  ] as const);
  const from = pick(fromThere && edited !== 'underlay' ? there : ['a1', 'b1', 'c1', 'a2', 'c2', 'n1', 'n2']);
  const to = pick(toThere ? addresses : everywhere);
  return { from, to, size: pick([56, 56, 56, 56, 900, 1400]), df: pick(['want', 'want', 'do', 'dont']) };
}
