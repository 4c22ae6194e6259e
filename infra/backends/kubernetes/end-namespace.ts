// Ends a namespace of ours, with all that is in it, and waits until it is gone.
import type { Operation } from '../backend.ts';
import type { Kube } from './kube.ts';

/** Pods of a lab are gone in seconds, and with them their namespace. */
const NAMESPACE_MS = 120_000;

/** Idempotent. @throws Error when something in it holds it back */
export async function endNamespace(
  kube: Pick<Kube, 'delete'>,
  name: string,
  op: Pick<Operation, 'signal'>,
): Promise<void> {
  const limit = AbortSignal.timeout(NAMESPACE_MS);
  const signal = AbortSignal.any([op.signal, limit]);
  try {
    await kube.delete([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }], { signal });
  } catch (error) {
    if (!limit.aborted) throw error;
    throw new Error(
      `namespace ${name} is not gone after ${NAMESPACE_MS / 1000} s\nkubectl get namespace ${name} -o yaml says what holds it back; then run down again`,
      { cause: error },
    );
  }
}
