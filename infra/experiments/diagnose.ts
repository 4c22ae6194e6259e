// The diagnose experiment: what is wrong in the lab, and whether it is what the lab says.
import { diagnose as diagnoseLab } from '../diagnose/diagnose.ts';
import { observePaths } from '../observe/observe-paths.ts';
import { type Check, evaluateCheck } from './evaluate-check.ts';
import type { Runner } from './experiment.ts';
import { toJson } from './to-json.ts';

/** What a diagnosis without checks of its own asserts. */
const WELL: Check = { name: 'nothing is wrong', select: 'causes', expect: [] };
/** Of the flows that cannot be told, so many are named in the reason. */
const NAMED = 3;

export const diagnose: Runner<'diagnose'> = async ({ cluster, lab, signal, lookup }, experiment) => {
  const { lab: snapshot, beyond } = await observePaths(cluster, lab, { signal });
  const { findings, flows, undecided } = diagnoseLab(snapshot, beyond);
  const observed = toJson({ causes: findings, flows, undecided });
  const checks = experiment.checks.length > 0 ? experiment.checks : [WELL];
  const asked = checks.some(({ select = '' }) => select.startsWith('undecided'));
  const open = undecided.slice(0, NAMED).map(({ flow, words }) => `${flow}: ${words}`);
  return {
    observed,
    checks: checks.map((check) => evaluateCheck(check, observed, 'diagnose', lookup)),
    ...(undecided.length > 0 &&
      !asked && {
        doubt: `what becomes of ${undecided.length} of ${flows} flows cannot be told: ${open.join('; ')}`,
      }),
  };
};
