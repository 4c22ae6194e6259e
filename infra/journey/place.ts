// Where a tap can be: an interface of a host, by the names that the lab and the kernel have for them.

export interface Place {
  /** Node, pod, or what lies beyond the nodes. */
  readonly host: string;
  readonly dev: string;
}

/** What journeys call the tap there: `k3s-server/cni0`. */
export const placeName = ({ host, dev }: Place): string => `${host}/${dev}`;

/** Each once, in the order in which they come first. */
export function distinctPlaces(places: readonly Place[]): Place[] {
  return [...new Map(places.map((place) => [placeName(place), place])).values()];
}
