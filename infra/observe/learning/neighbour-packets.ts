// Which packets teach a host the MAC of an address: ARP (kernel: arp.c arp_process) and neighbour discovery (ndisc.c).
import { BROADCAST } from '../packets/mac.ts';
import type { Packet } from '../packets/packet.ts';
import type { Candidate, Candidates, Seen } from './causes.ts';
import type { Transition } from './transitions.ts';

/** What a packet says of somebody's address, and to whom. */
interface Claim {
  readonly address: string;
  readonly mac: string;
  /** An answer to a question of the receiver's own; else a question, or news for everybody. */
  readonly answer: boolean;
  /** The address that a question asks for. */
  readonly asksFor?: string;
}

/**
 * A question teaches the one whom it asks (`neigh_event_ns`: STALE), an answer the one who had asked (REACHABLE). An
 * entry that is there already is also changed by what others are asked or told.
 */
export function neighbourPackets(
  { host, change, after, eventNs }: Transition & { readonly table: 'neighbours' },
  { taps, states }: Seen,
): Candidates {
  if (after === undefined) return { candidates: [] };
  const there = taps.filter((tap) => tap.host === host && tap.dev === after.dev);
  if (there.length === 0) return { candidates: [], missing: `there is no tap at ${after.dev} of ${host}` };
  const state = states.find((one) => one.host === host);
  const own = new Set(state?.addresses.map(({ address }) => address));
  const ownMac = state?.interfaces.find(({ name }) => name === after.dev)?.mac;
  const claims = there.flatMap(({ name, packets }) =>
    packets.flatMap((packet): readonly (Candidate & { readonly claim: Claim })[] => {
      const claim = claimOf(packet);
      if (claim === undefined || packet.eth?.src === ownMac) return [];
      if (claim.address !== after.dst || claim.mac !== after.mac) return [];
      const taught = claim.answer ? packet.eth?.dst === ownMac : own.has(claim.asksFor ?? '');
      return taught || change === 'changed' ? [{ tap: name, packet, claim }] : [];
    }),
  );
  // As the monitor told it, the state says which of the two it was; read later, it says nothing any more.
  const told = eventNs === undefined ? undefined : after.state;
  const answers = claims.filter(({ claim }) => claim.answer);
  const questions = claims.filter(({ claim }) => !claim.answer);
  if (told === 'REACHABLE' && answers.length > 0) return { candidates: answers.map(bare) };
  if (told === 'STALE' && questions.length > 0) return { candidates: questions.map(bare) };
  // An answer counts only if the host had asked, which no tap need have seen.
  const [first] = claims;
  return { candidates: claims.map(bare), unsure: first?.claim.answer ? questions.slice(0, 1).map(bare) : [] };
}

const bare = ({ tap, packet }: Candidate): Candidate => ({ tap, packet });

/** Undefined for what says nothing of an address. */
function claimOf({ eth, arp, ipv6, icmp }: Packet): Claim | undefined {
  if (arp !== undefined) {
    const { op, senderIp, senderMac, targetIp } = arp;
    // A reply to everybody answers nobody: it announces.
    const answer = op === 'reply' && eth?.dst !== BROADCAST;
    return { address: senderIp, mac: senderMac, answer, asksFor: targetIp };
  }
  const mac = icmp?.linkAddress;
  if (ipv6 === undefined || mac === undefined) return undefined;
  if (icmp?.kind === 'neighbour-advertisement') return { address: icmp.target ?? '', mac, answer: true };
  return { address: ipv6.src, mac, answer: false, ...(icmp?.target && { asksFor: icmp.target }) };
}
