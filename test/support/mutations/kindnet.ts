// Lab kindnet, one rule broken at a time.
import { CONFIG_MUTATIONS } from './kindnet/config.ts';
import { JOURNEY_MUTATIONS } from './kindnet/journeys.ts';
import { POD_MUTATIONS } from './kindnet/pods.ts';
import { SHARING_MUTATIONS } from './kindnet/sharing.ts';
import type { Mutation } from './mutation.ts';

export const KINDNET_MUTATIONS: readonly Mutation[] = [
  ...CONFIG_MUTATIONS,
  ...POD_MUTATIONS,
  ...SHARING_MUTATIONS,
  ...JOURNEY_MUTATIONS,
];
