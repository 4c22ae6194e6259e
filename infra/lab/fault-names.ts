// Names of the faults that a lab can be broken by, so that a misspelt one is found when the lab is read.

/** As in infra/faults/catalogue.ts, in its order; a test holds the two together. */
export const faultNames = [
  'veth-down',
  'veth-out-of-bridge',
  'bridge-down',
  'mtu-too-small',
  'route-missing',
  'route-wrong-next-hop',
  'pod-route-missing',
  'forwarding-off',
  'reverse-path-filter',
  'vtep-neighbour-wrong',
  'vtep-forwarding-missing',
  'vtep-forwarding-wrong-node',
  'vtep-address-changed',
  'pods-masqueraded',
  'forward-drop',
  'forward-drop-same-node',
  'hostport-rule-missing',
  'duplicate-address',
  'leases-leaked',
] as const;

export type FaultName = (typeof faultNames)[number];
