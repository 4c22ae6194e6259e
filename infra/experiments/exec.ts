// The exec experiment: commands in order, each asserted, and a clean-up that runs whatever happened.

import type { Runner } from './experiment.ts';
import type { Json } from './result.ts';
import { cleanUp, runStep, type StepOutcome } from './run-steps.ts';

export const exec: Runner<'exec'> = async (running, experiment) => {
  const outcomes: StepOutcome[] = [];
  let doubt: string | undefined;
  try {
    for (const step of experiment.steps) {
      outcomes.push(await runStep(running, step, running.signal));
    }
  } finally {
    doubt = await cleanUp(running, experiment.cleanup);
  }
  const steps = outcomes.map((outcome) => outcome.observed);
  const written = outcomes.map(({ observed }, i) => {
    const { stdout, ...step } = observed as Readonly<Record<string, Json>>;
    const command = experiment.steps[i]?.command ?? [];
    // Where it was parsed, the text says nothing that `json` does not.
    return { ...step, command, ...(stdout !== undefined && step.json === undefined && { stdout }) };
  });
  return {
    observed: { steps },
    comparable: { steps: written },
    checks: outcomes.map((outcome) => outcome.check),
    ...(doubt !== undefined && { doubt }),
  };
};
