// The exec experiment: commands in order, each asserted, and a clean-up that runs whatever happened.

import type { Runner } from './experiment.ts';
import type { Json } from './result.ts';
import { runStep, type StepOutcome } from './run-steps.ts';

export const exec: Runner<'exec'> = async (running, experiment) => {
  const outcomes: StepOutcome[] = [];
  const cleaned: StepOutcome[] = [];
  try {
    for (const step of experiment.steps) {
      outcomes.push(await runStep(running, step, running.signal));
    }
  } finally {
    // No signal: an aborted experiment must not leave its changes behind. Each step still has its own time limit.
    for (const step of experiment.cleanup) cleaned.push(await runStep(running, step));
  }
  const failed = cleaned.filter(({ check }) => check.verdict !== 'pass');
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
    ...(failed.length > 0 && {
      doubt: `clean-up did not work, so the lab is not as it was: ${failed.flatMap(({ check }) => `${check.name}: ${check.differences.join('; ')}`).join(' · ')}`,
    }),
  };
};
