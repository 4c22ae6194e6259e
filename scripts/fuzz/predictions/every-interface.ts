// Every place where a tap can listen: so that a packet is seen wherever it goes, and not only where it is expected.
import { distinctPlaces, type Place } from '../../../infra/journey/place.ts';
import type { PredictState } from '../../../infra/predict/predict.ts';

/** Loopbacks show a packet twice, and are on nobody's way to another host. */
export function everyInterface({ hosts }: PredictState): readonly Place[] {
  return distinctPlaces(
    Object.entries(hosts).flatMap(([host, { interfaces, forwarding }]) => {
      const up = new Set(
        forwarding?.links.flatMap(({ name, flags }) => (flags.includes('UP') ? [name] : [])),
      );
      return interfaces
        .filter(({ name, kind }) => kind !== 'loopback' && up.has(name))
        .map(({ name }) => ({ host, dev: name }));
    }),
  );
}
