// A predicted path as a list of steps, each one line that a person can read.
import type { Branch, Decision, End, Hop } from './hop.ts';

/** From one hop (or the sender's socket) to the next, or to the end of a branch. */
export interface Step {
  /** Copies of a flood are deeper than what they are copies of. */
  readonly depth: number;
  readonly from?: Hop;
  readonly to: Branch;
  readonly text: string;
}

export function pathSteps(branches: readonly Branch[], from?: Hop, depth = 0): Step[] {
  const inner = branches.length > 1 ? depth + 1 : depth;
  return branches.flatMap((to) => {
    const step = { depth: inner, ...(from && { from }), to, text: stepText(to, from) };
    return to.kind === 'hop' ? [step, ...pathSteps(to.children, to, inner)] : [step];
  });
}

/** Such as `node-1 cni0 → flannel.1: route 10.42.1.0/24 via 10.42.1.0 dev flannel.1 onlink (table main)`. */
function stepText(to: Branch, from: Hop | undefined): string {
  const why = decisionWords(to.decisions);
  if (to.kind === 'hop') return `${place(to, from)}${why === '' ? '' : `: ${why}`}`;
  const at = from ? `${from.host} ${from.interface}` : to.host;
  return `${at}: ${endWords(to)}${why === '' ? '' : `; ${why}`}`;
}

function place(to: Hop, from: Hop | undefined): string {
  if (from === undefined) return `${to.host} → ${to.interface}`;
  if (from.host !== to.host) return `${from.host} ${from.interface} → ${to.host} ${to.interface}`;
  return `${to.host} ${from.interface} → ${to.interface}`;
}

export function decisionWords(decisions: readonly Decision[]): string {
  return decisions.map(({ words }) => words).join('; ');
}

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
