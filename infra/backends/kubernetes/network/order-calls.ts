// Plugin calls in the order in which they are shown: by time, but for what a runtime does at the same time.
import type { CniCall } from '../../../cni/call.ts';

/**
 * A runtime attaches a container to lo and to its network at once (containerd, go-cni's Setup, unless `setup_serially` is
 * set), and which plugin starts first is chance. Of attachments that one container gets side by side, lo's calls are first.
 */
export function orderCalls(calls: readonly CniCall[]): readonly CniCall[] {
  const byStart = calls.toSorted(compare(({ startedNs }) => startedNs));
  const occasions = Map.groupBy(byStart, (call) => [call.node, call.containerId, call.command].join(' '));
  const moved = new Map([...occasions.values()].flatMap(loFirst));
  // The sort keeps the order of what is equal, and lo's are equal to the first of the others at most.
  const isLo = ({ ifName }: CniCall) => (ifName === 'lo' ? 0 : 1);
  const when = compare((call) => moved.get(call) ?? call.startedNs);
  return byStart.toSorted((a, b) => when(a, b) || isLo(a) - isLo(b));
}

/** When lo's calls are taken to have been made. @param calls those of one container and command, oldest first */
function loFirst(calls: readonly CniCall[]): readonly (readonly [CniCall, bigint])[] {
  const lo = calls.filter(({ ifName }) => ifName === 'lo');
  const others = calls.filter(({ ifName }) => ifName !== 'lo');
  const [firstLo, firstOther] = [lo[0], others[0]];
  if (!firstLo || !firstOther) return [];
  const isBefore = (a: readonly CniCall[], b: CniCall) => a.every((call) => endOf(call) <= b.startedNs);
  if (isBefore(others, firstLo) || isBefore(lo, firstOther)) return [];
  const at = firstOther.startedNs < firstLo.startedNs ? firstOther : firstLo;
  return lo.map((call) => [call, at.startedNs]);
}

const endOf = ({ startedNs, durationNs }: CniCall) => startedNs + durationNs;

function compare(key: (call: CniCall) => bigint) {
  return (a: CniCall, b: CniCall) => Number(key(a) - key(b));
}
