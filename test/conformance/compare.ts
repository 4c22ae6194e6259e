// Both sides of a case, step by step: every place where they differ, and whether that difference is argued. Pure.
import type { ConformanceCase, Step } from './conformance-case.ts';
import { DIFFERENCES } from './differences.ts';
import type { Observed } from './observe-side.ts';

/** One value that differs. Undefined where a side has none. */
export interface Difference {
  readonly path: readonly string[];
  readonly theirs: unknown;
  readonly own: unknown;
}

export interface Compared {
  readonly step: Step;
  /** How ADD and the like ended, for both: the message of a failure, else nothing. */
  readonly failure?: string;
  /** IDs of argued differences that were met. */
  readonly argued: readonly string[];
  readonly unexplained: readonly Difference[];
}

export function compareSides(
  one: ConformanceCase,
  theirs: readonly Observed[],
  own: readonly Observed[],
): Compared[] {
  const length = Math.max(theirs.length, own.length);
  return Array.from({ length }, (_, i) => {
    const [a, b] = [theirs[i], own[i]];
    const step = (a ?? b)?.step as Step;
    if (a?.step !== b?.step || !a || !b)
      return { step, argued: [], unexplained: [{ path: ['step'], theirs: a?.step, own: b?.step }] };
    const before = { theirs: theirs[i - 1], own: own[i - 1] };
    const argued = new Set<string>();
    const unexplained = differences(normal(a), normal(b)).filter((difference) => {
      const known = DIFFERENCES.find(({ is }) => is(difference, { one, step, theirs: a, own: b, before }));
      if (known) argued.add(known.id);
      return !known;
    });
    const failure = a.outcome.is === 'failed' ? { failure: messageOf(a.outcome.message) } : {};
    return { step, ...failure, argued: [...argued].sort(), unexplained };
  });
}

/** libcni puts the plugin's type in front of what it says, and drops its code: those are told in other ways by ours. */
function normal({ outcome, calls, state }: Observed) {
  const shown = outcome.is === 'failed' ? { is: outcome.is, message: messageOf(outcome.message) } : outcome;
  return { outcome: shown, calls, state };
}

function messageOf(message: string): string {
  return message.replace(
    /^(?:plugin type="[^"]*"(?: name="[^"]*")? failed \(\w+\)|failed to GC plugin [\w-]+): /,
    '',
  );
}

function differences(theirs: unknown, own: unknown, path: readonly string[] = []): Difference[] {
  if (Object.is(theirs, own)) return [];
  if (!isObject(theirs) || !isObject(own) || Array.isArray(theirs) !== Array.isArray(own))
    return [{ path, theirs, own }];
  const keys = new Set([...Object.keys(theirs), ...Object.keys(own)]);
  return [...keys].flatMap((key) => differences(theirs[key], own[key], [...path, key]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
