// What the network needs of the Kubernetes API.
import type { Operation } from '../../backend.ts';
import type { KubeKind, KubeObject, KubeRef } from '../kube-object.ts';

type Signalled = Pick<Operation, 'signal'>;

export interface Kube {
  /** Server-side apply, in the given order, as field manager `cnilab`; conflicting fields become ours. */
  apply(objects: readonly KubeObject[], op: Signalled): Promise<void>;
  /** In the given order. Resolves when they, and what they own (a DaemonSet's pods), are gone. Idempotent. */
  delete(refs: readonly KubeRef[], op: Signalled): Promise<void>;
  /** Undefined when there is none. */
  get(ref: KubeRef, op: Signalled): Promise<KubeObject | undefined>;
  list(kind: KubeKind, op: Signalled): Promise<readonly KubeObject[]>;
  /**
   * Calls `seen` with all objects of a kind as they are now, and again after every change, until `signal` is aborted.
   * Resolves then. @throws Error when the API cannot be reached
   */
  watch(kind: KubeKind, seen: (objects: readonly KubeObject[]) => void, signal: AbortSignal): Promise<void>;
}
