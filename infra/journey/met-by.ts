// Pods that a predicted packet comes to, known by the node's end of their veth: whether or not anybody has looked into them.
import type { LabSnapshot } from '../observe/snapshot.ts';
import type { SeriesExchange } from '../predict/exchange.ts';
import { hops } from '../predict/hop.ts';

/** Names, each once: of every branch there and back, and of ARP on the way. */
export function metBy(
  series: readonly SeriesExchange[],
  pods: readonly Pick<LabSnapshot['pods'][number], 'name' | 'node' | 'hostVeth'>[],
): readonly string[] {
  const byEnd = new Map(pods.map(({ name, node, hostVeth }) => [`${node} ${hostVeth}`, name]));
  const trees = series.flatMap(({ request, reply, solicitations }) => [
    request.branches,
    reply?.branches ?? [],
    ...solicitations.map(({ branches }) => branches),
  ]);
  const met = trees.flatMap((tree) =>
    hops(tree).flatMap((hop) => byEnd.get(`${hop.host} ${hop.interface}`) ?? []),
  );
  return [...new Set(met)];
}
