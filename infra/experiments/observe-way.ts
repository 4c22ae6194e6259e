// What a flow's prediction needs and no more: nodes, both ends, and the pods that a flood reaches.
import type { PodStatus } from '../backends/backend.ts';
import { pickNetwork } from '../cni/config-dir.ts';
import { metBy } from '../journey/met-by.ts';
import { podSnapshotsOf } from '../observe/observe-lab.ts';
import { observePaths, type PathState } from '../observe/observe-paths.ts';
import { predictSeries, type SeriesExchange } from '../predict/exchange.ts';
import type { Flow } from '../predict/flow.ts';
import type { Running } from './experiment.ts';

export interface Way extends PathState {
  /** The first exchange, as predicted for this state. */
  readonly first: readonly SeriesExchange[];
}

/**
 * A lab may have a hundred pods, and a packet passes two of them. Where it would be flooded to others, they are looked
 * into as well, until the prediction meets nobody new.
 * @param also hosts that are of interest whatever the prediction says
 * @param pods those that stand
 * @throws as `observeLab` and `predict` do
 */
export async function observeWay(
  { cluster, lab, signal }: Pick<Running, 'cluster' | 'lab' | 'signal'>,
  flow: Flow,
  also: readonly string[],
  pods: readonly PodStatus[],
): Promise<Way> {
  const options = { signal, pickNetwork };
  const target = pods.find(({ address, address6 }) => flow.to === address || flow.to === address6);
  const wanted = new Set([flow.from, ...also, ...(target ? [target.name] : [])]);
  let state = await observePaths(cluster, lab, { ...options, pods: (name) => wanted.has(name) });
  for (;;) {
    const hosts = { ...state.lab.hosts, ...state.beyond };
    const first = predictSeries({ hosts }, flow, 1);
    const met = metBy(first, state.lab.pods).filter((name) => !(name in hosts));
    if (met.length === 0) return { ...state, first };
    const names = met.map((name) => ({ name }));
    const more = await podSnapshotsOf(cluster, names, { ...options, forwarding: true });
    state = { ...state, lab: { ...state.lab, hosts: { ...state.lab.hosts, ...Object.fromEntries(more) } } };
  }
}
