// Where a packet will probably be seen, by what CNI has reported and by how the network's plugins wire: before any kernel has
// been asked. Nothing rests on it. A place that is guessed right has its tap sooner, one that is guessed wrong is given up.
import type { PodStatus } from '../backends/backend.ts';
import type { Lab } from '../lab/lab.ts';
import { distinctPlaces, type Place } from './place.ts';

type End = Pick<PodStatus, 'name' | 'node' | 'address' | 'address6' | 'hostVeth'>;

/**
 * @param from name of a pod or a node; of a router or host outside nothing is guessed
 * @param to address
 * @returns each place once; nothing of an end that is neither
 */
export function guessTaps(
  lab: Pick<Lab, 'nodes' | 'network'>,
  pods: readonly End[],
  { from, to }: { readonly from: string; readonly to: string },
): Place[] {
  const has = ({ address, address6 }: { readonly address: string; readonly address6?: string | undefined }) =>
    address === to || address6 === to;
  const ends = [pods.find(({ name }) => name === from), pods.find(has)];
  const nodes = [
    ends[0]?.node ?? lab.nodes.find(({ name }) => name === from)?.name,
    ends[1]?.node ?? lab.nodes.find(has)?.name,
  ];
  if (nodes[0] === nodes[1]) return distinctPlaces(ends.flatMap((end) => placesOfPod(lab, end)));
  const overlay = ends.every((end) => end !== undefined) && lab.network.type === 'flannel';
  return nodes.flatMap((node, index) => [
    ...placesOfPod(lab, ends[index]),
    ...(node === undefined ? [] : [{ host: node, dev: 'eth0' }]),
    ...(node !== undefined && overlay ? [{ host: node, dev: `flannel.${lab.network.vni}` }] : []),
  ]);
}

function placesOfPod({ network }: Pick<Lab, 'network'>, pod: End | undefined): Place[] {
  if (pod === undefined) return [];
  return [
    { host: pod.name, dev: 'eth0' },
    ...(pod.hostVeth === '' ? [] : [{ host: pod.node, dev: pod.hostVeth }]),
    ...(network.type === 'flannel' ? [{ host: pod.node, dev: 'cni0' }] : []),
  ];
}
