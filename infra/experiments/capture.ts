// The capture experiment: taps at many interfaces while there is traffic, and what every tap saw of it.
import type { Matcher } from '../lab/schema.ts';
import { fillTemplates } from '../lab/template.ts';
import { capture as captureAt } from '../observe/capture.ts';
import { decoder, VXLAN_PORTS } from '../observe/packets/decode.ts';
import { correlate, decodeTap } from '../observe/paths.ts';
import { trafficOf } from './capture-traffic.ts';
import { packetRows, pathRows, tapByTap } from './captured.ts';
import { type Check, evaluateCheck, rowsMatching } from './evaluate-check.ts';
import type { Runner, Running } from './experiment.ts';
import { flowsOnly } from './flows-only.ts';
import { mergedCapture } from './merged-capture.ts';
import type { CheckResult } from './result.ts';
import { runBefore } from './run-steps.ts';
import { savePcapng } from './save-pcapng.ts';
import { tapDoubts } from './tap-doubts.ts';
import { toJson } from './to-json.ts';

export const capture: Runner<'capture'> = async (running, experiment) => {
  await runBefore(running, experiment.before, 'capture');
  const { cluster, lab, lookup, signal } = running;
  const taps = experiment.taps.map(({ name, at, dev }) => {
    return { name, host: cluster.host(at), dev: String(fillTemplates(dev, lookup)) };
  });
  const traffic = trafficOf(experiment);
  const filter = experiment.filter ?? traffic.filter;
  const { graceMs } = traffic;
  const { result, taps: tapped } = await captureAt(taps, filter, () => traffic.run(running), {
    signal,
    ...(graceMs !== undefined && { graceMs }),
  });

  const decode = decoder({ vxlanPorts: [...VXLAN_PORTS, lab.network.port] });
  const decoded = tapped.map((tap) => decodeTap(tap, decode));
  const paths = correlate(decoded);
  const summary = tapped.map(({ name, host, dev, dropped = 0 }, index) => {
    return { name, at: host, dev, packets: decoded[index]?.packets.length ?? 0, dropped };
  });
  const rows = packetRows(decoded);
  const seen = { [traffic.seenAs]: result, taps: summary, packets: rows, paths: pathRows(decoded, paths) };
  const observed = toJson(seen);
  const merged = mergedCapture(lab, tapped, decoded, paths);
  const saved = await savePcapng(running.resultsDir, experiment.name, merged);
  const doubts = [...tapDoubts(tapped, decoded), ...('problem' in saved ? [saved.problem] : [])];
  const checks: readonly Check[] = experiment.checks.length > 0 ? experiment.checks : [traffic.check];
  return {
    observed,
    comparable: toJson(traffic.repeatable ? { ...seen, packets: tapByTap(rows) } : flowsOnly(seen)),
    checks: checks.map((check) => {
      const evaluated = evaluateCheck(check, observed, 'capture', lookup);
      const silent = doubts.length > 0 ? doubts : silentTaps(check, evaluated, summary, running);
      return silent.length === 0 ? evaluated : unfounded(evaluated, silent);
    }),
    ...(doubts.length > 0 && { doubt: doubts.join('; ') }),
    trafficMs: traffic.waitMs,
    artifacts: 'file' in saved ? [saved.file] : [],
  };
};

/**
 * That a tap saw no such packet shows something only if it sees packets at all: a passing check that rests on having
 * found none needs every tap it speaks of to have captured at least one packet.
 */
function silentTaps(
  check: Check,
  { verdict, observed }: CheckResult,
  taps: readonly { readonly name: string; readonly packets: number }[],
  { lookup }: Running,
): readonly string[] {
  if (verdict !== 'pass' || check.select !== 'packets' || !Array.isArray(observed) || observed.length > 0)
    return [];
  const tap = check.where?.tap as Matcher | undefined;
  const spokenOf = taps.filter(
    ({ name }) =>
      tap === undefined || rowsMatching({ tap: fillTemplates(tap, lookup) }, [{ tap: name }]).length > 0,
  );
  const silent = spokenOf.filter(({ packets }) => packets === 0);
  return silent.map(
    ({ name }) => `tap ${name} saw no packet at all, so that it did not see these shows nothing`,
  );
}

function unfounded(check: CheckResult, reasons: readonly string[]): CheckResult {
  return { ...check, verdict: 'inconclusive', differences: [...check.differences, ...reasons] };
}
