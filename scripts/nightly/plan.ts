// Which runs a night has: labs × backends × repeats. Pure.

/** Name of a lab on a backend, for the nth time. */
export interface PlannedRun {
  readonly lab: string;
  readonly backend: string;
  /** From 1 on. */
  readonly repeat: number;
}

/** A lab that is not run on a backend, and why. */
export interface LeftOut {
  readonly lab: string;
  readonly backend: string;
  readonly reason: string;
}

export interface NightPlan {
  readonly runs: readonly PlannedRun[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Everything once, then everything again: what is stopped half-way has seen each lab as often as any other, and a machine
 * that is busy for a while does not spoil all runs of one.
 *
 * @param problem why a lab can never run on a backend; undefined when it can
 */
export function planNight(
  labs: readonly string[],
  backends: readonly string[],
  repeats: number,
  problem: (lab: string, backend: string) => string | undefined = () => undefined,
): NightPlan {
  const pairs = backends.flatMap((backend) =>
    labs.map((lab) => ({ lab, backend, reason: problem(lab, backend) })),
  );
  const leftOut = pairs.flatMap(({ reason, ...pair }) => (reason === undefined ? [] : [{ ...pair, reason }]));
  const possible = pairs.filter(({ reason }) => reason === undefined);
  const rounds = Array.from({ length: repeats }, (_, round) => round + 1);
  const runs = rounds.flatMap((repeat) => possible.map(({ lab, backend }) => ({ lab, backend, repeat })));
  return { runs, leftOut };
}
