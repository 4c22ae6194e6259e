// Pods that are to go when this process does, however it ends short of a signal that nobody can catch.
import { leaveBehind } from '../../util/exec.ts';

export interface Doomed {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly labelSelector: string;
}

/**
 * At the end of a process only what starts at once is done: kubectl, in a session of its own, so that a terminal's second
 * Ctrl-C does not reach it. It asks for the pods to go and does not wait.
 * @returns to be called when they have gone already
 */
export function removeAtExit({ kubeconfig, namespace, labelSelector }: Doomed): () => void {
  const kubectl = ['kubectl', '--kubeconfig', kubeconfig, '-n', namespace, '--request-timeout=20s'];
  const remove = () => leaveBehind([...kubectl, 'delete', 'pods', '-l', labelSelector, '--wait=false']);
  process.on('exit', remove);
  return () => void process.off('exit', remove);
}
