// Named moments of a run, each told from outside: a file that is there now, a process that runs now, a plugin at its door. Pure.
import type { Door } from './gates.ts';
import type { LaneFiles } from './lane-files.ts';
import type { Role, Victim } from './roles.ts';

/** What is done to the lab while something is killed. An update goes from one variant of the lab file to another. */
export const OPERATIONS = ['up', 'update', 'verify', 'rebuild', 'down'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** A lane at one moment. */
export interface Moment {
  readonly files: LaneFiles;
  readonly roles: ReadonlySet<Role>;
}

export interface Point {
  readonly name: string;
  readonly operations: readonly Operation[];
  /** Whoever can be there then, beside `everything`. */
  readonly victims: readonly Role[];
  /** A plugin waits at this door until the victim is dead. */
  readonly door?: Door;
  /** Whether it has come. @param first when the run began */
  readonly reached?: (now: Moment, first: Moment) => boolean;
}

const RUNNING = ['command', 'engine', 'provider'] as const;
const PROGRAM = [...RUNNING, 'language host', 'program'] as const;
const MAKING = [...RUNNING, 'program', 'holder', 'agent'] as const;
const AT_DOOR = [...RUNNING, 'holder', 'agent', 'plugin'] as const;

const CHANGES = ['up', 'update', 'rebuild'] as const;

const changed = (name: RegExp) => (now: Moment, first: Moment) =>
  [...now.files.sandboxFiles].some(
    ([file, at]) => name.test(file) && first.files.sandboxFiles.get(file) !== at,
  );
const here = (role: Role) => (now: Moment) => now.roles.has(role);

export const POINTS: readonly Point[] = [
  {
    name: 'lab handed over',
    operations: CHANGES,
    victims: ['command'],
    reached: (now) => now.files.handedOver,
  },
  {
    name: 'lock taken',
    operations: ['up', 'update', 'rebuild', 'down'],
    victims: ['command', 'engine'],
    reached: (now) => now.files.locked,
  },
  { name: 'program started', operations: CHANGES, victims: PROGRAM, reached: here('program') },
  {
    name: 'provider started',
    operations: ['up', 'update', 'rebuild', 'down'],
    victims: RUNNING,
    reached: here('provider'),
  },
  // The old one of a rebuild is gone before the provider starts.
  {
    name: 'sandbox made',
    operations: ['up', 'rebuild'],
    victims: [...RUNNING, 'holder'],
    reached: ({ roles }) => roles.has('holder') && roles.has('provider'),
  },
  {
    name: 'cluster on record',
    operations: ['up', 'rebuild'],
    victims: MAKING,
    reached: (now, first) => now.files.cluster !== undefined && now.files.cluster !== first.files.cluster,
  },
  {
    name: 'cluster ready',
    operations: ['up', 'rebuild'],
    victims: MAKING,
    reached: (now, first) => now.files.recordStatus === 'ready' && now.files.cluster !== first.files.cluster,
  },
  { name: 'network begun', operations: CHANGES, victims: MAKING, reached: changed(/\/network\.json$/) },
  {
    name: 'pods on record',
    operations: CHANGES,
    victims: MAKING,
    reached: changed(/\/workload-[^/]*\.json$/),
  },
  { name: 'plugin ADD begun', operations: CHANGES, victims: AT_DOOR, door: 'ADD begun' },
  { name: 'plugin ADD ended', operations: CHANGES, victims: AT_DOOR, door: 'ADD ended' },
  { name: 'plugin DEL begun', operations: ['update'], victims: AT_DOOR, door: 'DEL begun' },
  { name: 'plugin DEL ended', operations: ['update'], victims: AT_DOOR, door: 'DEL ended' },
  {
    name: 'state saved',
    operations: ['up', 'update', 'rebuild', 'down'],
    victims: [...RUNNING, 'holder'],
    reached: (now, first) => now.files.saved !== first.files.saved,
  },
  {
    name: 'tap runs',
    operations: ['up', 'update', 'verify', 'rebuild'],
    victims: ['command', 'provider', 'holder', 'agent', 'tcpdump'],
    reached: here('tcpdump'),
  },
  {
    name: 'result written',
    operations: ['up', 'update', 'verify', 'rebuild'],
    victims: ['command', 'engine', 'provider', 'holder'],
    reached: (now, first) =>
      [...now.files.results].some(([file, at]) => first.files.results.get(file) !== at),
  },
  {
    name: 'cluster being deleted',
    operations: ['down'],
    victims: [...RUNNING, 'holder'],
    reached: (now) => now.files.recordStatus === 'deleting',
  },
  {
    name: 'holder gone',
    operations: ['rebuild', 'down'],
    victims: RUNNING,
    reached: (now, first) => first.roles.has('holder') && !now.roles.has('holder'),
  },
];

/** `verify` has no engine and nothing that belongs to one. */
const OF_VERIFY: readonly Role[] = ['command', 'holder', 'agent', 'tcpdump'];
/** `down` runs no program, and no experiment. */
const NOT_OF_DOWN: readonly Role[] = ['program', 'language host', 'tcpdump'];

/** Whoever can be killed in the operation, at any time of it. */
export function victimsOf(operation: Operation, roles: readonly Role[]): readonly Victim[] {
  const there = roles.filter((role) =>
    operation === 'verify' ? OF_VERIFY.includes(role) : operation !== 'down' || !NOT_OF_DOWN.includes(role),
  );
  return [...there, 'everything'];
}
