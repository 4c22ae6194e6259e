// The whole lab as the walk sees it: every kernel, the wires between them, and what packets of the walk have left behind.
import type { LabSnapshot } from '../observe/snapshot.ts';
import type { Branch, Decision } from './hop.ts';
import { Kernel, type Link } from './kernel.ts';
import type { Frame, Packet } from './packet.ts';
import { Wires } from './wires.ts';

/** Somebody who answered an ARP request. */
export interface Answerer {
  readonly host: string;
  readonly interface: string;
  readonly mac: string;
}

/** An ARP request that a walk sent, and all that became of it: the replies are below the hops that brought it. */
export interface Solicitation {
  readonly host: string;
  readonly dev: string;
  /** The address asked for. */
  readonly address: string;
  readonly branches: readonly Branch[];
}

/** More steps than any packet takes in a lab that does not loop: a broadcast storm must end somewhere. */
const MOST_STEPS = 20_000;

export class LabState {
  readonly kernels: ReadonlyMap<string, Kernel>;
  readonly wires: Wires;
  /** Answers to ARP requests of this walk, by `<host> <address> <dev>`. */
  readonly answers = new Map<string, readonly Answerer[]>();
  /** ARP requests of this walk, in the order they were sent. */
  readonly solicitations: Solicitation[] = [];
  /** Packets of this walk whose senders are told that they were too big: by a router (ICMP), or by their own interface. */
  refused = 0;
  /** Who has sent the ARP reply that is on its way. */
  asked: Omit<Answerer, 'mac'> | undefined;
  #steps = 0;

  /** @throws TypeError when a host was observed without `forwarding` */
  constructor(state: Pick<LabSnapshot, 'hosts'>) {
    const kernels = Object.entries(state.hosts).map(([name, host]) => new Kernel(name, host));
    this.kernels = new Map(kernels.map((kernel) => [kernel.name, kernel]));
    this.wires = new Wires(kernels);
  }

  /** The answer on its way has come to who asked. @returns those that came before it */
  answered(kernel: Kernel, dev: string, address: string, mac: string): readonly Answerer[] {
    const key = `${kernel.name} ${address} ${dev}`;
    const earlier = this.answers.get(key) ?? [];
    this.answers.set(key, [...earlier, { ...(this.asked ?? { host: '', interface: '' }), mac }]);
    return earlier;
  }

  /** Counts one step. @returns false when there were too many */
  step(): boolean {
    this.#steps++;
    return this.#steps <= MOST_STEPS;
  }
}

/** What has been decided since the last hop, and how deep the walk is. */
export interface Trail {
  readonly decisions: readonly Decision[];
  readonly depth: number;
}

/**
 * Hops. A bridge has no TTL: two bridges with two wires between them pass a frame round for ever. A routing loop of two
 * or three hops a round still ends by its TTL of 64.
 */
export const DEEPEST = 200;

/** The moves that the parts of the walk make into each other's trade. */
export interface Walk {
  readonly lab: LabState;
  /** A frame leaves by an interface of this host. */
  transmit(kernel: Kernel, link: Link, frame: Frame, trail: Trail): Branch[];
  /** A frame arrives at an interface of this host. @param meant for it, whatever its MAC says (PACKET_HOST) */
  receive(kernel: Kernel, link: Link, frame: Frame, trail: Trail, meant?: true): Branch[];
  /** An ARP message is taken in by this host. */
  receiveArp(kernel: Kernel, link: Link, frame: Frame, trail: Trail): Branch[];
  /** An IP packet is taken in by this host. */
  receiveIp(kernel: Kernel, link: Link, packet: Packet, arrival: Arrival, trail: Trail): Branch[];
  /** A routed packet is given to the neighbour it is meant for. */
  deliver(kernel: Kernel, link: Link, nexthop: string, packet: Packet, trail: Trail): Branch[];
  /** This host sends a packet of its own (source set). */
  send(kernel: Kernel, packet: Packet, trail: Trail): Branch[];
}

export interface Arrival {
  readonly srcMac: string;
  /** Bridge port that it came in by, when iptables has already seen it there (br_netfilter). */
  readonly filteredAt?: string;
}

export const trail = (depth: number, ...decisions: readonly Decision[]): Trail => ({ decisions, depth });
export const also = (before: Trail, ...decisions: readonly Decision[]): Trail => ({
  ...before,
  decisions: [...before.decisions, ...decisions],
});
