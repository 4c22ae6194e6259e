// What is killed when, and what is done next: a name says it all, so that one case can be had again by its name. Pure.
import { picker, randomNumbers } from '../bench/random-numbers.ts';
import { NETWORKS, type Network, VARIANTS, type Variant } from './labs.ts';
import { OPERATIONS, type Operation, POINTS, victimsOf } from './points.ts';
import { type Role, VICTIMS, type Victim } from './roles.ts';

/** again: the same command · back: `up` of what stood before · down */
export const RECOVERIES = ['again', 'back', 'down'] as const;
export type Recovery = (typeof RECOVERIES)[number];

export interface Case {
  readonly network: Network;
  readonly operation: Operation;
  /** What stands, or is to be stood up; and what it becomes, in an update. */
  readonly from: Variant;
  readonly to: Variant;
  /** Name of a point, or the part of the run's usual time that is over. */
  readonly moment: string | number;
  readonly victim: Victim;
  readonly recovery: Recovery;
}

/** Such as `kindnet/update base-mtu/plugin ADD ended/provider/back` or `flannel/up base/0.412/engine/again`. */
export function nameOf({ network, operation, from, to, moment, victim, recovery }: Case): string {
  const what = operation === 'update' ? `update ${from}-${to}` : `${operation} ${from}`;
  const when = typeof moment === 'number' ? moment.toFixed(3) : moment;
  return [network, what, when, victim, recovery].join('/');
}

/** The other way round; undefined for what is no case's name. */
export function parseCase(name: string): Case | undefined {
  const [network, what = '', when = '', victim, recovery, ...rest] = name.split('/');
  const [operation, variants = ''] = what.split(' ');
  const [from, to = from] = variants.split('-');
  const moment = /^[01]\.\d+$/.test(when) ? Number(when) : when;
  const known =
    rest.length === 0 &&
    NETWORKS.some((one) => one === network) &&
    OPERATIONS.some((one) => one === operation) &&
    [from, to].every((variant) => VARIANTS.some((one) => one === variant)) &&
    (typeof moment === 'number' || POINTS.some((point) => point.name === moment)) &&
    VICTIMS.some((one) => one === victim) &&
    RECOVERIES.some((one) => one === recovery);
  return known ? ({ network, operation, from, to, moment, victim, recovery } as Case) : undefined;
}

/**
 * An endless sequence, the same for the same seed: rounds of all operations on one lab, in the order in which a lab lives.
 * Named points take turns until each has been had with each of its victims; every second round is at random times.
 */
export function* sequence(network: Network, seed: number): Generator<Case, never> {
  const pick = picker(randomNumbers(seed));
  const random = randomNumbers(seed ^ 0x5eed);
  const named = new Map(OPERATIONS.map((operation) => [operation, shuffled(atPoints(operation), random)]));
  const turns = new Map<Operation, number>();
  for (;;) {
    const other = pick(VARIANTS.filter((variant) => variant !== 'base'));
    for (const [operation, from, to] of life(other)) {
      const turn = turns.get(operation) ?? 0;
      turns.set(operation, turn + 1);
      const points = named.get(operation) ?? [];
      const atPoint = points[Math.floor(turn / 2) % points.length];
      const where =
        turn % 2 === 0 && atPoint
          ? atPoint
          : { moment: Math.round(random() * 1000) / 1000, victim: pick(victimsOf(operation, ANY)) };
      const recovery = pick(recoveriesOf(operation));
      yield { network, operation, from, to, ...where, recovery };
    }
  }
}

/** Roles whose processes are there for long enough to be met at a random time. */
const ANY = VICTIMS.filter((victim): victim is Role => victim !== 'everything');

function life(other: Variant): readonly (readonly [Operation, Variant, Variant])[] {
  return [
    ['up', 'base', 'base'],
    ['update', 'base', other],
    ['verify', other, other],
    ['update', other, 'base'],
    ['rebuild', 'base', 'base'],
    ['down', 'base', 'base'],
  ];
}

/** What may follow it, so that a lab lives on where it can. */
export function recoveriesOf(operation: Operation): readonly Recovery[] {
  switch (operation) {
    case 'up':
      return ['again', 'again', 'down'];
    case 'update':
      return ['again', 'again', 'back', 'down'];
    case 'down':
      return ['again', 'again', 'back'];
    default:
      return ['again', 'again', 'again', 'down'];
  }
}

/** Every point that the operation comes by, with everybody who may be killed there. */
export function atPoints(operation: Operation): readonly { moment: string; victim: Victim }[] {
  return POINTS.filter(({ operations }) => operations.includes(operation)).flatMap(({ name, victims }) =>
    victimsOf(operation, victims).map((victim) => ({ moment: name, victim })),
  );
}

/** Fisher–Yates. */
function shuffled<T>(list: readonly T[], random: () => number): readonly T[] {
  const all = [...list];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}
