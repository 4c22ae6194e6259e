// Packets as taps would have captured them if all went as predicted: what tests then take away from, add to, or change.
import type { SeenHop } from '../../infra/journey/compare.ts';
import { predictedHeaders } from '../../infra/journey/headers.ts';
import { expectedHops } from '../../infra/journey/steps.ts';
import type { Branch } from '../../infra/predict/hop.ts';

/** One sighting a hop, 1 µs apart. @param start ns */
export function sightingsOf(branches: readonly Branch[], start = 1_000_000n): SeenHop[] {
  return expectedHops(branches).map(({ hop }, index) => ({
    ...{ host: hop.host, dev: hop.interface },
    ns: start + BigInt(index) * 1000n,
    headers: predictedHeaders(hop),
  }));
}
