// A lab for the prediction to be tried on: one varied at random, sometimes with a router beside it, sometimes with IPv6 too.
import { picker, randomNumbers } from '../../bench/random-numbers.ts';
import { type VariedLab, variedLab } from '../../bench/varied-labs.ts';

/** Apart from what `variedLab` draws from the same seed. */
const OTHER_DRAWS = 0x5eed;

interface Draft {
  cluster: { outside?: object };
  network: { type: string; podCIDR6?: string };
}

/** Pure: the same for the same seed. */
export function randomLab(seed: number): VariedLab {
  const pick = picker(randomNumbers(seed ^ OTHER_DRAWS));
  const { yaml, configs } = variedLab(seed);
  const lab = JSON.parse(yaml) as Draft;
  if (pick([true, false, false])) lab.cluster.outside = {};
  if (pick([true, false]) && lab.network.type === 'kindnet') lab.network.podCIDR6 = 'fd00:10:244::/56';
  return { yaml: `${JSON.stringify(lab, null, 2)}\n`, configs };
}
