// Puts together what the taps saw and what the hosts learned. Pure.
import { causeOf } from '../observe/learning/causes.ts';
import { crossings } from '../observe/learning/crossings.ts';
import { transitions } from '../observe/learning/transitions.ts';
import type { CapturedTraffic } from './capture-traffic.ts';
import { firstStamp, packetRows } from './captured.ts';
import { crossingRow, learnedRow } from './learned-rows.ts';
import type { LookedAt } from './learning-doubts.ts';
import type { Json } from './result.ts';
import type { PingObservation } from './run-ping.ts';
import type { Watched } from './watch-learning.ts';

export interface LearningObservation extends Omit<LookedAt, 'hosts'> {
  readonly ping: PingObservation;
  readonly packets: readonly Json[];
  readonly changes: readonly Json[];
}

export function learningObservation(
  captured: CapturedTraffic<Pick<Watched<PingObservation>, 'result' | 'before' | 'events' | 'after'>>,
): LearningObservation {
  const { decoded, paths, tapped } = captured;
  const { result, before, events, after } = captured.result;
  const taps = tapped.map(({ name, host, dev }, at) => {
    return { name, host, dev, packets: decoded[at]?.packets ?? [] };
  });
  const heard = new Set(taps.flatMap(({ name, packets }) => (packets.length > 0 ? [name] : [])));
  const crossed = crossings(before, taps, paths, heard);
  const places = taps.flatMap(({ packets }) => packets.map((packet, index) => [packet, index] as const));
  const telling = { startNs: firstStamp(decoded), index: new Map(places), taps };
  const seen = { taps, crossings: crossed, states: before };
  const changes = before.flatMap((state, at) => transitions(state, events, after[at]));
  return {
    ping: result,
    taps: captured.taps,
    packets: packetRows(decoded),
    changes: changes.map((one) => learnedRow(one, causeOf(one, seen), crossed, telling)),
    bridged: crossed.map((one) => crossingRow(one, telling)),
    notObserved: before.flatMap(({ host, conntrack }) =>
      'notObserved' in conntrack ? [{ host, table: 'conntrack', why: conntrack.notObserved }] : [],
    ),
  };
}
