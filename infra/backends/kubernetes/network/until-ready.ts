// Waits until nodes, and a DaemonSet's pods on them, are Ready; says meanwhile what is not.
import type { KubeObject } from '../kube-object.ts';
import type { NetworkTask } from './network-task.ts';
import { type Awaited, type Unready, type UnreadyNode, whatIsUnready } from './readiness.ts';

/** Images have to be pulled meanwhile, over whatever connection there is. */
export const READY_LIMIT_MS = 5 * 60_000;

/** @throws Error that says what is not ready and why, when the time is over or waiting cannot help */
export async function untilReady(
  { kube, nodes, realNames, network, op }: NetworkTask,
  awaited: Awaited,
  limitMs = READY_LIMIT_MS,
): Promise<void> {
  const names = realNames.filter(({ lab }) => nodes.some(({ name }) => name === lab));
  const namespace = awaited.daemonSet?.metadata.namespace;
  const done = new AbortController();
  const signal = AbortSignal.any([op.signal, AbortSignal.timeout(limitMs), done.signal]);
  const seen: { nodes?: readonly KubeObject[]; pods?: readonly KubeObject[] } =
    namespace === undefined ? { pods: [] } : {};
  let state: Unready | undefined;
  let said = '';
  const look = (part: typeof seen) => {
    Object.assign(seen, part);
    if (!seen.nodes || !seen.pods || done.signal.aborted) return;
    state = whatIsUnready(names, awaited, seen.nodes, seen.pods);
    if (state.problems.length === 0 || state.hopeless) return done.abort();
    const now = summary(state.problems);
    if (now !== said) op.progress?.(now);
    said = now;
  };
  const watches = [kube.watch({ apiVersion: 'v1', kind: 'Node' }, (list) => look({ nodes: list }), signal)];
  if (namespace !== undefined)
    watches.push(
      kube.watch({ apiVersion: 'v1', kind: 'Pod', namespace }, (list) => look({ pods: list }), signal),
    );
  try {
    await Promise.all(watches);
  } finally {
    // One that failed must not leave the other.
    done.abort();
    await Promise.allSettled(watches);
  }
  op.signal.throwIfAborted();
  if (state?.problems.length === 0) return;
  const when = state?.hopeless ? '' : ` after ${limitMs / 1000} s`;
  const why =
    state?.problems.map(line).join('\n') ?? 'the Kubernetes API has not said how nodes and pods are';
  throw new Error(`the ${network.type} network is not ready${when}:\n${why}`);
}

function summary([first, ...others]: readonly UnreadyNode[]): string {
  const text = first ? line(first) : '';
  return others.length === 0 ? text : `${text} (and ${others.length} more)`;
}

const line = ({ node, what }: UnreadyNode) => `node ${node}: ${what}`;
