// Nodes entered through a privileged pod each: for clusters whose machines nobody can log in to, and nodes without tools of their own.
import { randomBytes } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { ownEnvironment } from '../../util/own-environment.ts';
import type { Operation } from '../backend.ts';
import type { AccessedCluster, Settings } from './cluster-tool.ts';
import { forsakenPods } from './forsaken-pods.ts';
import { hasTerminal } from './has-terminal.ts';
import { Kube } from './kube.ts';
import type { NodeAccess } from './node-access.ts';
import { USER } from './object-labels.ts';
import { removeAtExit } from './remove-at-exit.ts';
import { type ToolPods, toolNamespace, toolPod, toolPodName } from './tool-pod.ts';

/** An image may have to be pulled. */
const LIMIT_MS = 180_000;

interface PodAccessOptions {
  readonly kubeconfig: string;
  readonly lab: string;
  /** Of the pods' own; nothing else is in it. */
  readonly namespace: string;
  readonly image: string;
  /** Whether they go when this process is through with the cluster. In a cluster of ours they may stay as long as it does. */
  readonly removeAfterwards: boolean;
  /** Nodes to be entered, as Kubernetes calls them. Read when they are needed. */
  readonly nodes: () => readonly string[];
}

/** An image with what the agent and observation need, made for looking into pod networks. */
export const TOOLS_IMAGE = 'docker.io/nicolaka/netshoot:v0.14';

/** As a backend has it: the user may name another image (setting toolsImage). */
export function toolPodAccess(
  cluster: AccessedCluster,
  settings: Settings,
  fixed: Pick<PodAccessOptions, 'namespace' | 'removeAfterwards'>,
): NodeAccess {
  return podAccess({ ...cluster, ...fixed, image: settings.toolsImage ?? TOOLS_IMAGE });
}

function podAccess(options: PodAccessOptions): NodeAccess {
  const { kubeconfig, namespace, nodes, removeAfterwards } = options;
  // Another command may be at work in the same cluster, or be just taking its own pods away.
  const user = removeAfterwards ? randomBytes(4).toString('hex') : undefined;
  const pods: ToolPods = { ...options, ...(user !== undefined && { user }) };
  let stay: (() => void) | undefined;
  const kubectl = (node: string, flags: readonly string[], argv: readonly string[]) => [
    ...['kubectl', '--kubeconfig', kubeconfig, '-n', namespace, 'exec', ...flags],
    ...[toolPodName(node, pods.user), '-c', 'tools', '--', ...argv],
  ];
  return {
    name: 'a privileged pod (kubectl exec)',
    hasImageFiles: true,

    async open(op) {
      const kube = new Kube(kubeconfig);
      await kube.apply([toolNamespace(options)], op);
      await removeForsaken(kube, namespace, op);
      if (user !== undefined)
        stay ??= removeAtExit({ kubeconfig, namespace, labelSelector: `${USER}=${user}` });
      try {
        await kube.apply(
          nodes().map((node) => toolPod(node, pods)),
          op,
        );
        await waitUntilRunning(kube, options, pods, op);
      } catch (error) {
        await this.close?.(op);
        throw error;
      }
    },

    async close() {
      if (removeAfterwards) await new Kube(kubeconfig).remove(nodes().map((node) => toolPod(node, pods)));
      stay?.();
      stay = undefined;
    },

    enter: (node, argv) => ({ argv: kubectl(node, ['-i'], argv) }),

    shell(node, argv) {
      return { argv: kubectl(node, hasTerminal() ? ['-i', '-t'] : ['-i'], argv), env: ownEnvironment() };
    },
  };
}

async function removeForsaken(kube: Kube, namespace: string, op: Operation): Promise<void> {
  const forsaken = forsakenPods(await kube.pods(namespace));
  await kube.delete(
    forsaken.map(({ metadata }) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: metadata?.name ?? '', namespace },
    })),
    op,
  );
}

async function waitUntilRunning(
  kube: Kube,
  { namespace, nodes, image }: PodAccessOptions,
  { user }: ToolPods,
  op: Operation,
): Promise<void> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const wanted = new Set(nodes().map((node) => toolPodName(node, user)));
  let last: readonly V1Pod[] = [];
  try {
    await kube.untilPods(
      namespace,
      undefined,
      (pods) => {
        last = pods.filter(({ metadata }) => wanted.has(metadata?.name ?? ''));
        const bad = last.find(({ status }) =>
          ['ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName'].includes(reasonOf(status) ?? ''),
        );
        if (bad)
          throw new Error(
            `node ${bad.spec?.nodeName} cannot be entered: image ${image} of the privileged pod cannot be pulled\nname one that the nodes have or can reach (setting toolsImage)`,
          );
        const running = last.filter(
          ({ metadata, status }) => status?.phase === 'Running' && !metadata?.deletionTimestamp,
        ).length;
        op.progress?.(`privileged pods: ${running} of ${wanted.size} run`);
        return running === wanted.size;
      },
      AbortSignal.any([op.signal, limit]),
    );
  } catch (error) {
    if (!limit.aborted || op.signal.aborted) throw error;
    const waiting = last
      .filter(({ status }) => status?.phase !== 'Running')
      .map(({ spec, status }) => `${spec?.nodeName} (${reasonOf(status) ?? status?.phase})`);
    throw new Error(
      `the privileged pods that nodes are entered by do not run after ${LIMIT_MS / 1000} s: ${waiting.join(', ')}`,
      { cause: error },
    );
  }
}

function reasonOf(status: V1Pod['status']): string | undefined {
  return status?.containerStatuses?.[0]?.state?.waiting?.reason ?? status?.reason;
}
