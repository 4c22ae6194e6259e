// How small pods are drawn, by how many there are.

/** How much room a pod gets, pixels. */
export interface Density {
  /** Height of the node's end of its cable. */
  readonly veth: number;
  /** Whether that end's name is written on it. */
  readonly vethNames: boolean;
  readonly cable: number;
  readonly rowGap: number;
}

export const ROOMY: Density = { veth: 20, vethNames: true, cable: 9, rowGap: 14 };
/** For so many pods that a name for every cable would be in the way; it is told when the cable is chosen. */
export const DENSE: Density = { veth: 10, vethNames: false, cable: 5, rowGap: 9 };
