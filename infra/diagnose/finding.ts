// What is wrong in a lab, and where: one cause, and the flows that suffer from it.

import type { Rule } from '../predict/hop.ts';

/** A cause. */
export interface Cause {
  /** Node or pod whose state it is. */
  readonly host: string;
  /** Which of its tables has the row that is wrong, or lacks one, as experiments name them. */
  readonly table: Rule['table'] | 'leases';
  /** The thing that is wrong, as short as it can be named on that host: `route 10.42.1.0/24`, `cni0`, `net.ipv4.ip_forward`. */
  readonly subject: string;
  /** What is wrong with it, in a sentence, with the row that shows it. */
  readonly words: string;
}

/** A cause and what it does. */
export interface Finding extends Cause {
  /** Flows that suffer, such as `pod1 → pod4 (1301 bytes, DF)`; empty for what no flow shows. */
  readonly flows: readonly string[];
}

/** One flow, and what is wrong with it. */
export interface Look {
  readonly flow: string;
  readonly cause?: Cause;
  /** Why it cannot be told what becomes of it. */
  readonly undecided?: string;
}
