// The ping experiment: who answers whom, with which TTL.

import { type Check, evaluateCheck } from './evaluate-check.ts';
import type { Runner } from './experiment.ts';
import { runPing, type Traffic, trafficMs } from './run-ping.ts';
import { toJson } from './to-json.ts';

/** What a ping without checks of its own asserts: nothing asserted is nothing shown. */
export function defaultCheck(traffic: Traffic, select?: string): Check {
  const { count } = traffic;
  return { name: 'every request is answered', expect: { transmitted: count, received: count }, select };
}

export const ping: Runner<'ping'> = async (running, experiment) => {
  const observed = toJson(await runPing(running, experiment));
  const checks: readonly Check[] =
    experiment.checks.length > 0 ? experiment.checks : [defaultCheck(experiment)];
  return {
    observed,
    checks: checks.map((check) => evaluateCheck(check, observed, 'ping', running.lookup)),
    trafficMs: trafficMs(experiment),
  };
};
