// Whose clock stamps what: hosts of one kernel share one, hosts of another have theirs, which may be minutes away.
import type { RunResult } from '../backends/host.ts';
import type { HostSnapshot } from './snapshot.ts';

/** A clock that is not the reference. */
export interface OtherClock {
  /** Boot id of its kernel. */
  readonly id: string;
  /** How far it is ahead of the reference, ns: an estimate. */
  readonly aheadNs: bigint;
  /** By how much the estimate may be wrong, either way, ns. */
  readonly uncertainNs: bigint;
}

/** Hosts with another clock than the reference, by name; empty where there is one clock. */
export type Clocks = ReadonlyMap<string, OtherClock>;

export const ONE_CLOCK: Clocks = new Map();

/** A clock as people and checks see it. */
export interface ClockRow {
  /** Hosts whose kernel has it. */
  readonly hosts: readonly string[];
  /** How far it is ahead of the sender's, ns; less than 0 when it is behind. */
  readonly aheadNs: number;
  /** By how much that may be wrong, either way, ns. */
  readonly uncertainNs: number;
}

type Bounds = readonly [least: number, most: number];

/** ns since the epoch by the clock of this process, which nobody sets while it runs. */
export const localNs = (): number => Math.round((performance.timeOrigin + performance.now()) * 1e6);

/**
 * How far a host's clock is ahead of ours: it ran a command, by its own clock, some time between our question and the answer.
 * @param asked ns by our clock, as is `answered`
 */
export function aheadOf(
  { startedNs, durationNs }: Pick<RunResult, 'startedNs' | 'durationNs'>,
  asked: number,
  answered: number,
): Bounds {
  return [Number(startedNs + durationNs - BigInt(answered)), Number(startedNs - BigInt(asked))];
}

/**
 * A kernel is known by its boot id, which it draws when it boots (random(4), /proc/sys/kernel/random/boot_id). Hosts
 * that do not show theirs are taken for one kernel.
 * @param observed by name; all hosts of a kernel together narrow down where its clock is
 * @param hosts those of interest
 * @param reference the host whose clock the others are compared with
 */
export function otherClocks(
  observed: Readonly<Record<string, Pick<HostSnapshot, 'bootId' | 'aheadNs'>>>,
  hosts: readonly string[],
  reference: string,
): Clocks {
  const idOf = (host: string) => observed[host]?.bootId ?? '';
  const own = idOf(reference);
  const others = [...new Set(hosts)].filter((host) => idOf(host) !== own);
  if (others.length === 0) return ONE_CLOCK;
  const found = Map.groupBy(Object.values(observed), ({ bootId = '' }) => bootId);
  const estimate = (id: string) =>
    narrowed((found.get(id) ?? []).flatMap(({ aheadNs }) => (aheadNs ? [aheadNs] : [])));
  const zero = estimate(own);
  return new Map(
    others.map((host) => {
      const id = idOf(host);
      const { ahead, uncertain } = estimate(id);
      const clock = { aheadNs: ahead - zero.ahead, uncertainNs: uncertain + zero.uncertain };
      return [host, { id, aheadNs: ns(clock.aheadNs), uncertainNs: ns(clock.uncertainNs) }];
    }),
  );
}

export function clockRows(clocks: Clocks): readonly ClockRow[] {
  return [...Map.groupBy(clocks, ([, { id }]) => id).values()].map((alike) => {
    const [[, clock]] = alike as [(typeof alike)[number]];
    return {
      hosts: alike.map(([host]) => host).sort(),
      ...{ aheadNs: Number(clock.aheadNs), uncertainNs: Number(clock.uncertainNs) },
    };
  });
}

const ns = (value: number) => BigInt(Math.round(value));

/** The middle of what all allow. Clocks drift, so that in the end there may be nothing that all allow: then of what is between. */
function narrowed(bounds: readonly Bounds[]): { readonly ahead: number; readonly uncertain: number } {
  if (bounds.length === 0) return { ahead: 0, uncertain: 0 };
  const least = Math.max(...bounds.map(([from]) => from));
  const most = Math.min(...bounds.map(([, to]) => to));
  return { ahead: (least + most) / 2, uncertain: Math.abs(most - least) / 2 };
}
