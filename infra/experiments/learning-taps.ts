// Where a learning experiment listens when the lab does not say: at the pods that ping, and all around the bridge between.
import type { PodStatus } from '../backends/backend.ts';
import { noVeth } from '../journey/in-node.ts';
import { fillTemplates } from '../lab/template.ts';
import { type LearnedState, readLearnedState } from '../observe/learning/learned-state.ts';
import { ExperimentError, type Running } from './experiment.ts';
import type { Traffic } from './run-ping.ts';

/** A tap by the names of its host and interface. */
export interface PlannedTap {
  readonly name: string;
  readonly at: string;
  readonly dev: string;
}

/** As many as a lab file may name. */
const MOST_TAPS = 64;

/**
 * @returns in the order of the way there: eth0 of the sender, its veth, the bridge, the target's veth, the other ports,
 * eth0 of the target. The node end of a pod's veth is called `<pod>-veth`.
 * @throws ExperimentError when neither end is a pod, or there are more ports than one experiment can listen at
 */
export async function chooseTaps(running: Running, ping: Traffic): Promise<readonly PlannedTap[]> {
  const { cluster, lookup, signal } = running;
  const pods = await cluster.pods();
  const [from, to] = [ping.from, ping.to].map((name) => String(fillTemplates(name, lookup)));
  const sender = pods.find(({ name }) => name === from);
  const target = pods.find(({ name, address }) => name === to || address === to);
  const anchor = sender ?? target;
  if (anchor === undefined)
    throw new ExperimentError(
      `neither ${from} nor ${to} is a pod that there is: name the taps in the lab file`,
    );
  const bare = [sender, target].find((pod) => pod?.hostVeth === '');
  if (bare) throw new ExperimentError(`${noVeth(bare.name)}, where no bridge learns of it`);
  const { interfaces } = await readLearnedState(cluster.host(anchor.node), signal);
  const taps = tapsAround(anchor, { sender, target }, pods, interfaces);
  if (taps.length > MOST_TAPS)
    throw new ExperimentError(
      `${taps.length} taps would be needed at ${anchor.node}, and ${MOST_TAPS} are the most: name them in the lab file`,
    );
  return taps;
}

/** Pure. */
export function tapsAround(
  anchor: PodStatus,
  { sender, target }: { readonly sender?: PodStatus | undefined; readonly target?: PodStatus | undefined },
  pods: readonly PodStatus[],
  interfaces: LearnedState['interfaces'],
): readonly PlannedTap[] {
  const at = anchor.node;
  const bridge = interfaces.find(({ name }) => name === anchor.hostVeth)?.master;
  const far = target?.name === sender?.name ? undefined : target;
  const known = [sender, far].flatMap((pod) => (pod?.node === at ? [pod.hostVeth] : []));
  const ports = interfaces.filter(
    ({ name, master }) => bridge !== undefined && master === bridge && !known.includes(name),
  );
  return [
    ...podEnd(sender),
    ...nodeEnd(sender),
    ...(bridge === undefined ? [] : [{ name: bridge, at, dev: bridge }]),
    ...nodeEnd(far),
    ...ports
      .map(({ name: dev }) => {
        const pod = pods.find(({ node, hostVeth }) => node === at && hostVeth === dev);
        return { name: pod === undefined ? dev : vethName(pod), at, dev };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...podEnd(far),
  ];
}

const vethName = ({ name }: PodStatus) => `${name}-veth`;

function podEnd(pod: PodStatus | undefined): readonly PlannedTap[] {
  return pod === undefined ? [] : [{ name: `${pod.name}-eth0`, at: pod.name, dev: 'eth0' }];
}

function nodeEnd(pod: PodStatus | undefined): readonly PlannedTap[] {
  return pod === undefined ? [] : [{ name: vethName(pod), at: pod.node, dev: pod.hostVeth }];
}
