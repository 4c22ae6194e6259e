// Privileged pods whose command is not there any more: their time was over, or the command was killed.
import type { V1Pod } from '@kubernetes/client-node';
import { hasEnded } from '../../util/process-mark.ts';
import { OWNER } from './object-labels.ts';

/** Pure but for the look at this machine's processes: of commands of other machines it is not known. */
export function forsakenPods(pods: readonly V1Pod[]): readonly V1Pod[] {
  return pods.filter(
    ({ metadata, status }) => status?.phase === 'Failed' || hasEnded(metadata?.annotations?.[OWNER] ?? ''),
  );
}
