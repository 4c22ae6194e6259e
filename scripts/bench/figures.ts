// Samples of all rounds → figures with their goals: pure. Differences and ratios are taken within a round, because what
// was measured close together met the same noise.
import { type Summary, summarize } from './statistics.ts';

/** What one round measured, seconds, megabytes or counts; a step that was left out or failed has none. */
export interface Round {
  readonly emptyUp?: number;
  readonly emptyNoop?: number;
  readonly emptyDestroy?: number;
  readonly kindnetUp?: number;
  /** Of that, waiting for pings at their interval. */
  readonly kindnetTraffic?: number;
  readonly kindnetNoop?: number;
  readonly kindnetDestroy?: number;
  readonly noopCalls?: number;
  readonly work?: number;
  readonly workSandbox?: number;
  readonly workNetwork?: number;
  readonly workPods?: number;
  readonly floor?: number;
  readonly podsUp?: number;
  readonly podsDestroy?: number;
  /** Until the kernel has freed the network namespaces. */
  readonly podsFreed?: number;
  readonly providerPeak?: number;
  readonly left?: number;
  readonly bareMemory?: number;
  readonly barePss?: number;
  readonly podsMemory?: number;
  readonly podsPss?: number;
  /** Five echo requests across nodes: as a journey, from its start to its verdict, and as a bare ping. */
  readonly journey?: number;
  readonly journeyPing?: number;
  /** Tap records in a second of CPU time. */
  readonly decoded?: number;
  readonly decodeMemory?: number;
  /** Of one fault, the command from its start to its end: the median of all faults, and the slowest. */
  readonly diagnosis?: number;
  readonly slowestDiagnosis?: number;
  /** Faults × networks. */
  readonly faultsTried?: number;
  /** Of those: another cause was named, or one more, or none. */
  readonly wrongCulprits?: number;
  readonly healthyRuns?: number;
  readonly falseAlarms?: number;
  /** Short commands on a lab that stands, each as a whole process. */
  readonly statusCommand?: number;
  readonly inspectCommand?: number;
  readonly execCommand?: number;
  /** A class of `STUDENTS`: until all instances stand, processor time of everything, memory of all. */
  readonly courseUp?: number;
  readonly courseCpu?: number;
  readonly courseMemory?: number;
  readonly coursePss?: number;
  /** Of one instance, the whole command. */
  readonly courseReset?: number;
  readonly courseStatus?: number;
  readonly courseDown?: number;
  /** The same lab by itself through the engine, without experiments; processor time without what is inside the sandbox. */
  readonly flannelUp?: number;
  readonly flannelCpu?: number;
  /** Runs that left a flow open. */
  readonly healthyUndecided?: number;
}

export type Unit = 's' | '×' | 'MB' | '/s' | '';

export interface Figure extends Summary {
  readonly what: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  /** At most this, or at least; absent where a figure only explains the others. */
  readonly goal?: number;
  readonly goalIs?: 'least';
  readonly met?: boolean;
}

interface Definition {
  readonly what: string;
  readonly unit: Unit;
  readonly goal?: number;
  /** Whether more is better. */
  readonly goalIs?: 'least';
  /** Which number is held against the goal. A count that must be zero must be zero every time. @default median */
  readonly judge?: 'median' | 'max';
  /** Undefined (or NaN) when the round did not measure what is needed. */
  readonly of: (round: Round) => number | undefined;
}

/** Pods of the large lab. */
export const PODS = 100;
/** Of the class. */
export const STUDENTS = 30;

const BASE_MB = 5;
const POD_MB = 0.7;

const minus = (a?: number, ...others: readonly (number | undefined)[]) =>
  others.reduce<number>((rest, other) => rest - (other ?? Number.NaN), a ?? Number.NaN);

const DEFINITIONS: readonly Definition[] = [
  {
    what: 'up of kindnet, less empty, less traffic',
    unit: 's',
    goal: 1.2,
    of: (r) => minus(r.kindnetUp, r.emptyUp, r.kindnetTraffic),
  },
  {
    what: `lab work for ${PODS} pods ÷ floor`,
    unit: '×',
    goal: 1.3,
    of: (r) => (r.work ?? Number.NaN) / (r.floor ?? Number.NaN),
  },
  {
    what: 'no-op up of kindnet, less empty',
    unit: 's',
    goal: 0.3,
    of: (r) => minus(r.kindnetNoop, r.emptyNoop),
  },
  { what: 'plugin calls of a no-op up', unit: '', goal: 0, judge: 'max', of: (r) => r.noopCalls },
  {
    what: `destroy of ${PODS} pods until freed, less empty`,
    unit: 's',
    goal: 0.7,
    of: (r) => minus(r.podsFreed, r.emptyDestroy),
  },
  { what: 'memory of a lab without pods', unit: 'MB', goal: BASE_MB, of: (r) => r.bareMemory },
  {
    what: `memory of a lab of ${PODS} pods`,
    unit: 'MB',
    goal: BASE_MB + POD_MB * PODS,
    of: (r) => r.podsMemory,
  },
  { what: 'processes up leaves outside the lab', unit: '', goal: 0, judge: 'max', of: (r) => r.left },
  {
    what: 'journey of 5 requests across nodes, less ping',
    unit: 's',
    goal: 0.2,
    of: (r) => minus(r.journey, r.journeyPing),
  },
  {
    what: 'decode and correlate, tap records',
    unit: '/s',
    goal: 200_000,
    goalIs: 'least',
    of: (r) => r.decoded,
  },
  { what: 'diagnosis of one fault', unit: 's', goal: 2, of: (r) => r.diagnosis },
  {
    what: 'faults whose culprit is not the right one',
    unit: '',
    goal: 0,
    judge: 'max',
    of: (r) => r.wrongCulprits,
  },
  { what: 'false alarms in labs that are well', unit: '', goal: 0, judge: 'max', of: (r) => r.falseAlarms },
  { what: 'cnilab status', unit: 's', goal: 0.4, of: (r) => r.statusCommand },
  { what: 'cnilab inspect routes <pod>', unit: 's', goal: 0.4, of: (r) => r.inspectCommand },
  { what: 'cnilab exec <pod> -- true', unit: 's', goal: 0.4, of: (r) => r.execCommand },
  { what: `${STUDENTS} students of flannel: up`, unit: 's', goal: 60, of: (r) => r.courseUp },
  {
    what: `${STUDENTS} students of flannel: memory of all`,
    unit: 'MB',
    goal: 1500,
    of: (r) => r.courseMemory,
  },
  { what: `${STUDENTS} students of flannel: reset of one`, unit: 's', goal: 1.5, of: (r) => r.courseReset },
  { what: 'empty: up', unit: 's', of: (r) => r.emptyUp },
  { what: 'empty: no-op up', unit: 's', of: (r) => r.emptyNoop },
  { what: 'empty: destroy', unit: 's', of: (r) => r.emptyDestroy },
  { what: 'kindnet: up', unit: 's', of: (r) => r.kindnetUp },
  { what: 'kindnet: traffic waited for', unit: 's', of: (r) => r.kindnetTraffic },
  { what: 'kindnet: no-op up', unit: 's', of: (r) => r.kindnetNoop },
  { what: 'kindnet: destroy', unit: 's', of: (r) => r.kindnetDestroy },
  { what: `${PODS} pods: lab work`, unit: 's', of: (r) => r.work },
  { what: '  of that sandbox and nodes', unit: 's', of: (r) => r.workSandbox },
  { what: '  of that network', unit: 's', of: (r) => r.workNetwork },
  { what: '  of that pods', unit: 's', of: (r) => r.workPods },
  { what: `${PODS} pods: floor`, unit: 's', of: (r) => r.floor },
  { what: `${PODS} pods: up`, unit: 's', of: (r) => r.podsUp },
  { what: `${PODS} pods: destroy`, unit: 's', of: (r) => r.podsDestroy },
  { what: `${PODS} pods: destroy until freed`, unit: 's', of: (r) => r.podsFreed },
  { what: `${PODS} pods: peak memory of the provider`, unit: 'MB', of: (r) => r.providerPeak },
  { what: `${PODS} pods: PSS of the lab's processes`, unit: 'MB', of: (r) => r.podsPss },
  { what: 'journey across nodes', unit: 's', of: (r) => r.journey },
  { what: 'the same requests, a bare ping', unit: 's', of: (r) => r.journeyPing },
  { what: 'decode and correlate: peak memory', unit: 'MB', of: (r) => r.decodeMemory },
  { what: 'faults × networks: tried', unit: '', of: (r) => r.faultsTried },
  { what: 'faults × networks: slowest diagnosis', unit: 's', of: (r) => r.slowestDiagnosis },
  { what: `${STUDENTS} students: processor time of up`, unit: 's', of: (r) => r.courseCpu },
  { what: `${STUDENTS} students: PSS of all processes`, unit: 'MB', of: (r) => r.coursePss },
  { what: `${STUDENTS} students: status`, unit: 's', of: (r) => r.courseStatus },
  { what: `${STUDENTS} students: down`, unit: 's', of: (r) => r.courseDown },
  { what: 'flannel by itself, no experiments: up', unit: 's', of: (r) => r.flannelUp },
  { what: 'flannel by itself: processor time of up', unit: 's', of: (r) => r.flannelCpu },
  { what: 'labs that are well: diagnoses', unit: '', of: (r) => r.healthyRuns },
  { what: 'labs that are well: diagnoses that left a flow open', unit: '', of: (r) => r.healthyUndecided },
  { what: "no pods: PSS of the lab's processes", unit: 'MB', of: (r) => r.barePss },
];

/** Figures that at least one round has measured, those with goals first. */
export function figuresOf(rounds: readonly Round[]): readonly Figure[] {
  return DEFINITIONS.flatMap(({ what, unit, goal, goalIs, judge = 'median', of }) => {
    const samples = rounds
      .map(of)
      .filter((value): value is number => value !== undefined && !Number.isNaN(value));
    if (samples.length === 0) return [];
    const summary = summarize(samples);
    const verdict = goal === undefined ? {} : { goal, met: holds(summary[judge], goal, goalIs) };
    return [{ what, unit, samples, ...summary, ...verdict, ...(goalIs && { goalIs }) }];
  });
}

function holds(value: number, goal: number, goalIs: 'least' | undefined): boolean {
  return goalIs === 'least' ? value >= goal : value <= goal;
}
