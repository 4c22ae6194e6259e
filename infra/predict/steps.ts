// A predicted path as a list of steps, and their words.
import type { Branch, Decision, End, Hop } from './hop.ts';

/** From one hop (or the sender's socket) to the next, or to the end of a branch. */
export interface Step {
  /** Copies of a flood are deeper than what they are copies of. */
  readonly depth: number;
  readonly from?: Hop;
  readonly to: Branch;
}

export function pathSteps(branches: readonly Branch[], from?: Hop, depth = 0): Step[] {
  const inner = branches.length > 1 ? depth + 1 : depth;
  return branches.flatMap((to) => {
    const step = { depth: inner, ...(from && { from }), to };
    return to.kind === 'hop' ? [step, ...pathSteps(to.children, to, inner)] : [step];
  });
}

/** Such as `node-1 cni0 → flannel.1`; of an end, where it is. */
export function place({ from, to }: Step): string {
  if (to.kind !== 'hop') return from ? `${from.host} ${from.interface}` : to.host;
  if (from === undefined) return `${to.host} → ${to.interface}`;
  if (from.host !== to.host) return `${from.host} ${from.interface} → ${to.host} ${to.interface}`;
  return `${to.host} ${from.interface} → ${to.interface}`;
}

/** What was decided on the way there, in order. */
export const decisionWords = (decisions: readonly Decision[]): string[] =>
  decisions.map(({ words }) => words);

export function endWords(end: End): string {
  switch (end.kind) {
    case 'delivered':
      return `delivered to ${end.address} of ${end.host}`;
    case 'dropped':
      return `dropped (${end.reason}): ${end.words}`;
    case 'left':
      return `leaves what was observed: ${end.words}`;
    case 'unknown':
      return `cannot be told: ${end.words}`;
  }
}
