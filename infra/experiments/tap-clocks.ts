// Whose clock stamps at each tap of a capture, which reads no kernel: asked of the nodes, while the taps are being started.
import type { Host } from '../backends/host.ts';
import type { Tap } from '../observe/capture.ts';
import { aheadOf, localNs, type OtherClock, otherClocks } from '../observe/clocks.ts';
import { BOOT_ID } from '../observe/script.ts';
import type { Running } from './experiment.ts';

/**
 * A pod has its node's kernel, so that nobody is asked where all taps are on one node.
 * @returns name of a tap → its clock, where that is another than the first tap's; undefined where all have one
 * @throws HostError when a node is gone
 */
export async function tapClocks(
  { cluster, signal }: Pick<Running, 'cluster' | 'signal'>,
  taps: readonly Tap[],
): Promise<((tap: string) => OtherClock | undefined) | undefined> {
  const pods = new Map((await cluster.pods()).map(({ name, node }) => [name, node]));
  const nodeOf = ({ host }: Tap) => pods.get(host.name.split('/')[0] ?? '') ?? host.name;
  const nodes = [...new Set(taps.map(nodeOf))];
  const [reference] = nodes;
  if (reference === undefined || nodes.length < 2) return undefined;
  const read = nodes.map(async (node) => [node, await readClock(cluster.host(node), signal)] as const);
  const clocks = otherClocks(Object.fromEntries(await Promise.all(read)), nodes, reference);
  if (clocks.size === 0) return undefined;
  const ofTap = new Map(taps.map((tap) => [tap.name, clocks.get(nodeOf(tap))]));
  return (tap) => ofTap.get(tap);
}

async function readClock(node: Host, signal: AbortSignal) {
  const asked = localNs();
  const result = await node.run(['cat', BOOT_ID], { signal });
  const bootId = result.stdout.trim();
  return { ...(bootId !== '' && { bootId }), aheadNs: aheadOf(result, asked, localNs()) };
}
