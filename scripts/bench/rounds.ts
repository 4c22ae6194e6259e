// Runs the steps in rounds, A B A B …, so that a machine that is busy for a while does not favour one of them.

import { commandsStep } from './commands-step.ts';
import { courseStep } from './course-step.ts';
import { faultsStep } from './faults-step.ts';
import type { Round } from './figures.ts';
import { healthyStep } from './healthy-step.ts';
import { journeyStep } from './journey-step.ts';
import { settle } from './netns-barrier.ts';
import type { Part } from './options.ts';
import { removeLabs } from './private-place.ts';
import {
  decodeStep,
  emptyStep,
  floorStep,
  kindnetStep,
  memoryStep,
  podsStep,
  type StepContext,
  workStep,
} from './steps.ts';

interface Step {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly run: (context: StepContext) => Promise<Round>;
  /** Whether it is run once before the first round: it then finds code compiled and files in memory. */
  readonly warmUp: boolean;
  /** Measured in the first round only: it is many measurements by itself. @default false */
  readonly once?: boolean;
}

const STEPS: readonly Step[] = [
  { name: 'empty lab', parts: ['kindnet', 'pods'], run: emptyStep, warmUp: true },
  { name: 'lab kindnet', parts: ['kindnet'], run: kindnetStep, warmUp: true },
  { name: 'floor', parts: ['work'], run: floorStep, warmUp: true },
  { name: 'lab work', parts: ['work'], run: workStep, warmUp: true },
  { name: 'large lab', parts: ['pods'], run: podsStep, warmUp: false },
  { name: 'journey', parts: ['journey'], run: journeyStep, warmUp: false },
  { name: 'decoding', parts: ['decode'], run: decodeStep, warmUp: false },
  { name: 'faults', parts: ['faults'], run: faultsStep, warmUp: false, once: true },
  { name: 'commands', parts: ['commands'], run: commandsStep, warmUp: true },
  { name: 'healthy labs', parts: ['healthy'], run: healthyStep, warmUp: false, once: true },
];

/** After all others: it has the kernel empty its caches, which would slow down whatever is timed next. */
const MEMORY: readonly Step[] = [
  { name: 'memory', parts: ['memory'], run: memoryStep, warmUp: false },
  { name: 'course', parts: ['course'], run: courseStep, warmUp: false },
];

export interface Rounds {
  readonly rounds: readonly Round[];
  /** One message for each step that could not be measured; it is not tried again. */
  readonly problems: readonly string[];
}

/** @throws DOMException when it was stopped */
export async function runRounds(
  parts: readonly Part[],
  repeat: number,
  context: StepContext,
  tell: (round: number, step: string) => void,
): Promise<Rounds> {
  const problems: string[] = [];
  const broken = new Set<string>();
  const attempt = async (step: Step): Promise<Round> => {
    try {
      await settle();
      return await step.run(context);
    } catch (error) {
      context.stop.soon.throwIfAborted();
      problems.push(`${step.name}: ${(error as Error).message}`);
      broken.add(step.name);
      await removeLabs(context.place);
      return {};
    }
  };
  const chosen = STEPS.filter((step) => step.parts.some((part) => parts.includes(part)));
  for (const step of chosen.filter(({ warmUp }) => warmUp)) {
    tell(0, step.name);
    await attempt(step);
  }
  const rounds: Round[] = [];
  const measure = async (round: number, step: Step): Promise<void> => {
    if (broken.has(step.name)) return;
    tell(round, step.name);
    rounds[round - 1] = { ...rounds[round - 1], ...(await attempt(step)) };
  };
  for (let round = 1; round <= repeat; round++) {
    for (const step of chosen) if (round === 1 || !step.once) await measure(round, step);
  }
  for (const step of MEMORY.filter((one) => one.parts.some((part) => parts.includes(part)))) {
    for (let round = 1; round <= repeat; round++) await measure(round, step);
  }
  return { rounds, problems };
}
