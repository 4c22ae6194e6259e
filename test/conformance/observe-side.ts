// One side of a case: each step asked for, and what it left, in a form that is equal on both sides when they did the same.

import { canonical } from './canonical.ts';
import { type ConformanceCase, LIFE, type Step } from './conformance-case.ts';
import type { Driver, Outcome, Verb } from './driver.ts';
import { readState, type State, takeLog } from './kernel-state.ts';
import { parsePluginLog, type RecordedCall } from './plugin-log.ts';
import { sideNode } from './side-node.ts';

export interface Observed {
  readonly step: Step;
  readonly outcome: Outcome;
  /** Every call of a plugin that the step made. */
  readonly calls: readonly RecordedCall[];
  readonly state: State;
}

const NO_STATE: State = { node: {}, pod: undefined, files: {} };

const VERB: Readonly<Record<Step, Verb>> = {
  status: 'status',
  add: 'add',
  'add again': 'add',
  check: 'check',
  'check damaged': 'check',
  del: 'del',
  'del again': 'del',
  'add anew': 'add',
  gc: 'gc',
  'add for loss': 'add',
  'del of lost': 'del',
};

/**
 * In a fresh node, which is gone afterwards. After an ADD that failed, what does not need an attachment.
 * @param options without `state`, only what plugins are told
 */
export async function observeSide(
  driver: Driver,
  one: ConformanceCase,
  cniVersion: string,
  plugins: readonly string[],
  { state: wanted = true }: { readonly state?: boolean } = {},
): Promise<readonly Observed[]> {
  const node = await sideNode(one, cniVersion, plugins);
  try {
    const ask = await driver(node, one);
    const observed: Observed[] = [];
    let steps = one.steps ?? LIFE;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as Step;
      if (step === 'check damaged') await node.sh(one.damage ?? 'true');
      if (step === 'del of lost') await node.losePod();
      const outcome = await ask(VERB[step]);
      const { log, ...state } = wanted ? await readState(node) : { ...NO_STATE, log: await takeLog(node) };
      observed.push({ step, outcome, calls: parsePluginLog(log), state });
      if (step === 'add' && outcome.is === 'failed') {
        const rest = one.steps
          ? steps.slice(i + 1).filter((next) => /^(del|gc)/.test(next))
          : ['del' as const];
        steps = [...steps.slice(0, i + 1), ...rest];
      }
    }
    return canonical(observed, JSON.stringify(one));
  } finally {
    await node.close();
  }
}
