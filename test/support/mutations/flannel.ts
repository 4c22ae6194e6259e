// Lab flannel, one rule broken at a time.
import { BRIDGE_MUTATIONS } from './flannel/bridge.ts';
import { FDB_MUTATIONS } from './flannel/fdb.ts';
import { LEARNING_MUTATIONS } from './flannel/learning.ts';
import { LIMIT_MUTATIONS } from './flannel/limits.ts';
import { NODE_MUTATIONS } from './flannel/node.ts';
import { TUNNEL_MUTATIONS } from './flannel/tunnel.ts';
import type { Mutation } from './mutation.ts';

export const FLANNEL_MUTATIONS: readonly Mutation[] = [
  ...NODE_MUTATIONS,
  ...FDB_MUTATIONS,
  ...LIMIT_MUTATIONS,
  ...BRIDGE_MUTATIONS,
  ...LEARNING_MUTATIONS,
  ...TUNNEL_MUTATIONS,
];
