// The same work for many students, some at a time; what fails for one is told, and stops nobody else's.
import pLimit from 'p-limit';

export type Outcome<T> = { readonly student: string } & (
  | { readonly value: T }
  | { readonly error: Error }
  /** Told to stop before its turn came. */
  | { readonly skipped: true }
);

export interface EachStudentOptions<T> {
  /** Students whose turn it is at the same time. */
  readonly atOnce: number;
  /** Aborted: nobody else's turn comes; to end those under way is for the work. @default never */
  readonly signal?: AbortSignal;
  /** Called as soon as one is done. */
  readonly tell?: (outcome: Outcome<T>) => void;
}

/** @returns one outcome for each, in their order */
export function eachStudent<T>(
  students: readonly string[],
  work: (student: string) => Promise<T>,
  { atOnce, signal, tell }: EachStudentOptions<T>,
): Promise<readonly Outcome<T>[]> {
  const limit = pLimit(atOnce);
  const turn = async (student: string): Promise<Outcome<T>> => {
    if (signal?.aborted) return { student, skipped: true };
    const outcome = await work(student).then(
      (value): Outcome<T> => ({ student, value }),
      (error: unknown): Outcome<T> =>
        signal?.aborted
          ? { student, skipped: true }
          : { student, error: error instanceof Error ? error : new Error(String(error)) },
    );
    tell?.(outcome);
    return outcome;
  };
  return Promise.all(students.map((student) => limit(() => turn(student))));
}

/** What went wrong, each reason once, with those whom it met: a reason is mostly everybody's. */
export function failuresOf(
  outcomes: readonly Outcome<unknown>[],
): readonly { readonly students: readonly string[]; readonly error: Error }[] {
  const failed = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : []));
  return [...Map.groupBy(failed, ({ error }) => error.message).values()].map((alike) => ({
    students: alike.map(({ student }) => student),
    error: (alike[0] as { readonly error: Error }).error,
  }));
}
