// Lab flannel, one rule broken at a time.
import { BRIDGE_MUTATIONS } from './flannel-bridge.ts';
import { NODE_MUTATIONS } from './flannel-node.ts';
import { TUNNEL_MUTATIONS } from './flannel-tunnel.ts';
import type { Mutation } from './mutation.ts';

export const FLANNEL_MUTATIONS: readonly Mutation[] = [
  ...NODE_MUTATIONS,
  ...BRIDGE_MUTATIONS,
  ...TUNNEL_MUTATIONS,
];
