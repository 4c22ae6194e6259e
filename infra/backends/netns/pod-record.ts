// What is remembered about a pod from before its first process exists until after its last trace is gone.
import { isDeepStrictEqual } from 'node:util';
import type { LabPod } from '../../lab/lab.ts';
import type { PodStatus } from '../backend.ts';
import type { PodWiring } from './pod-wiring.ts';

export interface PodRecord {
  /** As it was asked for. */
  readonly spec: LabPod;
  /** Of the pause container; what CNI calls the container. 64 hex digits. */
  readonly containerId: string;
  /** The address asked of IPAM: the wanted one, or empty where another pod has it. */
  readonly pin: string;
  /** The same of IPv6, in a dual-stack lab. */
  readonly pin6?: string;
  /** Undefined until the pod is whole: such a record marks remains of a crash. */
  readonly ready?: {
    readonly status: PodStatus;
    /** The pod's routes and addresses as CNI left them: what refresh compares with. */
    readonly wiring: PodWiring;
  };
}

/** Whether a pod made for `old` also serves `wanted`. The address is a preference at birth, not a property to change. */
export function isSameSpec(old: LabPod, wanted: LabPod): boolean {
  const { address: _1, address6: _2, ...before } = old;
  const { address: _3, address6: _4, ...after } = wanted;
  return isDeepStrictEqual(before, after);
}
