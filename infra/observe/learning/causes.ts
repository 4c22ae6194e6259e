// Which packet made an entry: the rules by which the kernel learns, applied to what the taps saw. Pure.
import { putThereBy } from '../entry-author.ts';
import type { Packet } from '../packets/packet.ts';
import { connectionPackets } from './connection-packets.ts';
import type { Crossing, TapPlace } from './crossings.ts';
import type { LearnedState } from './learned-state.ts';
import { isLearned } from './learned-tables.ts';
import { neighbourPackets } from './neighbour-packets.ts';
import type { Transition } from './transitions.ts';

/** What the taps saw, and where they were. */
export interface Seen {
  readonly taps: readonly (TapPlace & { readonly packets: readonly Packet[] })[];
  readonly crossings: readonly Crossing[];
  /** First readings, by host: whose addresses these are decides what a host learns from an ARP request. */
  readonly states: readonly LearnedState[];
}

/** A packet at a tap. */
export interface Candidate {
  readonly tap: string;
  readonly packet: Packet;
}

export interface Cause {
  /** Undefined when no packet caused it, or none that was seen; `why` says which. */
  readonly by?: Candidate;
  /** Others that may have been it instead. */
  readonly perhaps: readonly Candidate[];
  readonly why?: string;
}

/**
 * A packet is a candidate when it carried what the entry says, to where the entry is, in the time in which the entry
 * can have changed; the first one is the cause, since the kernel learns from the first.
 */
export function causeOf(transition: Transition, seen: Seen): Cause {
  const { table, change, after } = transition;
  if (change === 'removed' || after === undefined) return unmade(transition);
  if (!isLearned(table, after))
    return {
      perhaps: [],
      why: `${putThereBy('dev' in after ? after.dev : undefined)}: no packet makes such an entry`,
    };
  const { candidates, unsure = [], missing } = candidatesFor(transition, seen);
  const inTime = candidates.filter(({ packet }) => packet.ns <= transition.untilNs);
  const by = inTime.find(({ packet }) => packet.ns >= transition.sinceNs);
  const earlier = inTime.filter(
    ({ packet }) => packet.ns >= transition.perhapsSinceNs && packet.ns < transition.sinceNs,
  );
  const others = unsure.filter(
    ({ packet }) =>
      packet !== by?.packet && packet.ns >= transition.sinceNs && packet.ns <= transition.untilNs,
  );
  const perhaps = [...earlier, ...others];
  if (by !== undefined) return { by, perhaps };
  return { perhaps, why: missing ?? 'no packet that the taps saw carried it in time' };
}

function unmade(transition: Transition): Cause {
  const aged = transition.table === 'fdb' && transition.aged;
  return {
    perhaps: [],
    why: aged
      ? 'aged: the bridge heard no frame from this MAC for its ageing time'
      : 'no packet takes an entry away: somebody did, or its time was over',
  };
}

export interface Candidates {
  /** By time. */
  readonly candidates: readonly Candidate[];
  /** Packets that would have done as well, were the first candidate not accepted. */
  readonly unsure?: readonly Candidate[];
  /** Why there can be none. */
  readonly missing?: string;
}

function candidatesFor(transition: Transition, seen: Seen): Candidates {
  switch (transition.table) {
    case 'fdb':
      return framesFrom(transition, seen);
    case 'neighbours':
      return neighbourPackets(transition, seen);
    case 'conntrack':
      return connectionPackets(transition, seen);
  }
}

/** br_fdb_update: the bridge takes the source of every frame that comes in at a port which may learn. */
function framesFrom({ host, after }: Transition & { readonly table: 'fdb' }, seen: Seen): Candidates {
  const { mac, dev, master } = after ?? {};
  if (master === undefined) return { candidates: [], missing: `${dev} is no port of a bridge` };
  if (!seen.taps.some((tap) => tap.host === host && tap.dev === dev))
    return { candidates: [], missing: `there is no tap at ${dev}` };
  return { candidates: framesIn(seen.crossings, host, dev, mac) };
}

/** Frames with this source that came in at this port. */
export function framesIn(
  all: readonly Crossing[],
  host: string,
  dev: string | undefined,
  mac: string | undefined,
): readonly Candidate[] {
  return all
    .filter((one) => one.host === host && one.inDev === dev && one.first.packet.eth?.src === mac)
    .map(({ first: { tap, packet } }) => ({ tap, packet }));
}
