// Runs the steps in rounds, A B A B …, so that a machine that is busy for a while does not favour one of them.

import type { Round } from './figures.ts';
import { settle } from './netns-barrier.ts';
import type { Part } from './options.ts';
import { removeLabs } from './private-place.ts';
import {
  bareStep,
  decodeStep,
  emptyStep,
  floorStep,
  kindnetStep,
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
}

const STEPS: readonly Step[] = [
  { name: 'empty lab', parts: ['kindnet', 'pods'], run: emptyStep, warmUp: true },
  { name: 'lab kindnet', parts: ['kindnet'], run: kindnetStep, warmUp: true },
  { name: 'floor', parts: ['work'], run: floorStep, warmUp: true },
  { name: 'lab work', parts: ['work'], run: workStep, warmUp: true },
  { name: 'large lab', parts: ['pods'], run: podsStep, warmUp: false },
  { name: 'lab without pods', parts: ['pods'], run: bareStep, warmUp: true },
  { name: 'decoding', parts: ['decode'], run: decodeStep, warmUp: false },
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
  for (let round = 1; round <= repeat; round++) {
    let measured: Round = {};
    for (const step of chosen.filter(({ name }) => !broken.has(name))) {
      tell(round, step.name);
      measured = { ...measured, ...(await attempt(step)) };
    }
    rounds.push(measured);
  }
  return { rounds, problems };
}
