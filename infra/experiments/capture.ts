// The capture experiment: taps at many interfaces while a ping runs, and what every tap saw of it.
import { fillTemplates } from '../lab/template.ts';
import { captureTraffic } from './capture-traffic.ts';
import { packetRows, pathRows, tapByTap } from './captured.ts';
import { type Check, evaluateCheck } from './evaluate-check.ts';
import type { Runner } from './experiment.ts';
import { founded, silentTaps } from './founded.ts';
import { defaultCheck } from './ping.ts';
import { runPing, targetAddress, trafficMs } from './run-ping.ts';
import { runBefore } from './run-steps.ts';
import { toJson } from './to-json.ts';

export const capture: Runner<'capture'> = async (running, experiment) => {
  await runBefore(running, experiment.before, 'capture');
  const { cluster, lookup } = running;
  const taps = experiment.taps.map(({ name, at, dev }) => {
    return { name, host: cluster.host(at), dev: String(fillTemplates(dev, lookup)) };
  });
  const ping = () => runPing(running, experiment.ping);
  const filter = experiment.filter ?? defaultFilter(targetAddress(running, experiment.ping));
  const captured = await captureTraffic(running, experiment.name, { taps, filter }, ping);
  const { decoded, doubts } = captured;
  const rows = packetRows(decoded);
  const seen = {
    ping: captured.result,
    taps: captured.taps,
    packets: rows,
    paths: pathRows(decoded, captured.paths),
  };
  const observed = toJson(seen);
  const checks: readonly Check[] =
    experiment.checks.length > 0 ? experiment.checks : [defaultCheck(experiment.ping, 'ping')];
  return {
    observed,
    comparable: toJson({ ...seen, packets: tapByTap(rows) }),
    checks: checks.map((check) => {
      const evaluated = evaluateCheck(check, observed, 'capture', lookup);
      return founded(
        evaluated,
        doubts.length > 0 ? doubts : silentTaps(check, evaluated, captured.taps, lookup),
      );
    }),
    ...(doubts.length > 0 && { doubt: doubts.join('; ') }),
    trafficMs: trafficMs(experiment.ping),
    artifacts: captured.artifacts,
  };
};

/** The echoes, and how neighbours are found: neighbour discovery is ICMPv6 itself. */
const defaultFilter = (address: string) => (address.includes(':') ? 'icmp6' : 'icmp or arp');
