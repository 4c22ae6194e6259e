// The capture experiment: taps at many interfaces while there is traffic, and what every tap saw of it.
import { fillTemplates } from '../lab/template.ts';
import { clockRows } from '../observe/clocks.ts';
import { captureTraffic } from './capture-traffic.ts';
import { packetRows, pathRows, tapByTap } from './captured.ts';
import { clocksHeard } from './clocks-heard.ts';
import { type Check, evaluateCheck } from './evaluate-check.ts';
import type { Runner } from './experiment.ts';
import { flowsOnly } from './flows-only.ts';
import { founded, silentTaps } from './founded.ts';
import { runBefore } from './run-steps.ts';
import { tapClocks } from './tap-clocks.ts';
import { toJson } from './to-json.ts';
import { trafficOf } from './traffic-of.ts';

export const capture: Runner<'capture'> = async (running, experiment) => {
  await runBefore(running, experiment.before, 'capture');
  const { cluster, lookup } = running;
  const taps = experiment.taps.map(({ name, at, dev }) => {
    return { name, host: cluster.host(at), dev: String(fillTemplates(dev, lookup)) };
  });
  const traffic = trafficOf(experiment);
  const { graceMs } = traffic;
  const filter = experiment.filter ?? traffic.filter(running);
  const clockOf = tapClocks(running, taps);
  // Taps that do not start are told first.
  clockOf.catch(() => undefined);
  const listening = { taps, filter, clockOf, ...(graceMs !== undefined && { graceMs }) };
  const captured = await captureTraffic(running, experiment.name, listening, () => traffic.run(running));
  const { decoded, doubts } = captured;
  const rows = packetRows(decoded);
  const seen = {
    [traffic.seenAs]: captured.result,
    ...{ taps: captured.taps, packets: rows, paths: pathRows(decoded, captured.paths) },
  };
  const clocks = clockRows(clocksHeard(captured));
  const observed = toJson({ ...seen, ...(clocks.length > 0 && { clocks }) });
  const checks: readonly Check[] = experiment.checks.length > 0 ? experiment.checks : [traffic.check];
  return {
    observed,
    comparable: toJson(traffic.repeatable ? { ...seen, packets: tapByTap(rows) } : flowsOnly(seen)),
    checks: checks.map((check) => {
      const evaluated = evaluateCheck(check, observed, 'capture', lookup);
      return founded(
        evaluated,
        doubts.length > 0 ? doubts : silentTaps(check, evaluated, captured.taps, lookup),
      );
    }),
    ...(doubts.length > 0 && { doubt: doubts.join('; ') }),
    trafficMs: traffic.waitMs,
    artifacts: captured.artifacts,
  };
};
