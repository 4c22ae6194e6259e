// Why an ARP request has no answer: nobody was asked, nobody has the address, or somebody keeps the answer back.
import { type Branch, type DropReason, type End, ends, type Rule, type Stopped } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { dropped, left, unknown } from './make-hop.ts';

export const protocolFor = (address: string) => (address.includes(':') ? 'neighbour discovery' : 'ARP');

/** Nobody answers: because nobody is asked, because nobody has the address, or nobody that was observed. */
export function nobody(
  kernel: Kernel,
  link: Link,
  address: string,
  asked: readonly Branch[],
  known: Rule | undefined,
): Stopped {
  const all = ends(asked);
  const open = all.find((end) => end.kind === 'unknown');
  if (open?.kind === 'unknown')
    return unknown(
      kernel,
      `${protocolFor(address)} for ${address} on ${link.name}: ${open.words}`,
      [],
      open.rule,
    );
  const words = `nobody answers ${protocolFor(address)} for ${address} on ${link.name}`;
  if (all.some((end) => end.kind === 'left')) {
    return left(kernel, link.name, `${words} who was observed, and not everybody there was`, []);
  }
  const obstacle = obstacleOf(asked);
  const why = obstacle ? ` (${obstacle.words})` : '';
  const rule = obstacle ? obstacle.rule : known;
  return dropped({ kernel, dev: link.name }, 'no-neighbour', `${words}${why}`, [], rule);
}

interface Obstacle {
  readonly words: string;
  readonly rule?: Rule;
}

const RARELY = ['not-asked', 'other-host'];

/** What stood in the way; else who has the address and keeps silent; else where the answer went. */
function obstacleOf(asked: readonly Branch[]): Obstacle | undefined {
  const found = drops(asked).flatMap(({ reason, obstacle }) => (obstacle ? [{ reason, obstacle }] : []));
  const ranked = found.toSorted((a, b) => RARELY.indexOf(a.reason) - RARELY.indexOf(b.reason));
  return ranked[0]?.obstacle;
}

interface Drop {
  readonly reason: DropReason;
  readonly obstacle: Obstacle | undefined;
}

/** @param entry the last forwarding entry on the way there */
function drops(branches: readonly Branch[], entry?: Rule): readonly Drop[] {
  return branches.flatMap((branch): readonly Drop[] => {
    const last = branch.decisions.findLast(({ kind }) => kind === 'fdb')?.rule ?? entry;
    if (branch.kind === 'hop') return drops(branch.children, last);
    return branch.kind === 'dropped' ? [{ reason: branch.reason, obstacle: obstacleAt(branch, last) }] : [];
  });
}

/** A request is for everybody: what follows a forwarding entry, or is for somebody else, is an answer. */
function obstacleAt(
  { reason, words, rule }: Extract<End, { kind: 'dropped' }>,
  entry: Rule | undefined,
): Obstacle | undefined {
  if (entry && (reason === 'other-host' || reason === 'port-state')) {
    return { words: `the answer is lost: ${words}`, rule: entry };
  }
  if (reason === 'other-host' || (reason === 'not-asked' && rule === undefined)) return undefined;
  return { words, ...(rule && { rule }) };
}
