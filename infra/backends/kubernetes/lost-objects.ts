// Objects that should be there and are not: those that Pulumi's plugin has made and somebody has deleted.
import type { Kube } from './kube.ts';
import type { KubeObject } from './kube-object.ts';

/** In the given order; all are asked for at once. */
export async function lostObjects(
  kube: Pick<Kube, 'get'>,
  wanted: readonly KubeObject[],
): Promise<readonly KubeObject[]> {
  const found = await Promise.all(wanted.map((object) => kube.get(object)));
  return wanted.filter((_, index) => found[index] === undefined);
}
