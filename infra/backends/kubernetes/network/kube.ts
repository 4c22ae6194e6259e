// What the network needs of the Kubernetes API.
import type { Operation } from '../../backend.ts';

/** A kind of objects, in one namespace or, without, in all or of the cluster. */
export interface KubeKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
}

export interface KubeRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export interface KubeObject extends KubeRef {
  readonly metadata: KubeRef['metadata'] & {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

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

/** An object in a message: "DaemonSet kube-system/kindnet". */
export function objectName({ kind, metadata: { name, namespace } }: KubeRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
