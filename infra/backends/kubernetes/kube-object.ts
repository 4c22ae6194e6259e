// Kubernetes objects as labs handle them: plain data with a name.

/** A kind of objects, in one namespace or, without, in all or of the cluster. */
export interface KubeKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
}

export interface KubeRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export interface KubeObject extends KubeRef {
  readonly metadata: KubeRef['metadata'] & {
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

/** An object in a message: "DaemonSet kube-system/kindnet". */
export function objectTitle({ kind, metadata: { name, namespace } }: KubeRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
