// A Kubernetes cluster as workloads see it, as a stand-in that keeps account of what is asked of it and of what is changed.
import type { V1Pod } from '@kubernetes/client-node';
import type { PodStatus } from '../../infra/backends/backend.ts';
import type { KubernetesConnection } from '../../infra/backends/kubernetes/connection.ts';
import type { KubeObject } from '../../infra/backends/kubernetes/kube-object.ts';
import type { LabPod } from '../../infra/lab/lab.ts';

export interface StandInOptions {
  readonly makesObjects: boolean;
  readonly ownsCluster: boolean;
  /** As they run at first, and again after they have been applied. */
  readonly live: readonly V1Pod[];
  /** What the kernel has of every pod, as pod-wiring.ts reads it. */
  readonly wired: string;
}

export class StandInConnection {
  /** Such as "delete Pod web", in order. */
  readonly changes: string[] = [];
  /** Namespace and labels of every question for pods. */
  readonly asked: string[] = [];
  live: readonly V1Pod[];
  statuses: readonly PodStatus[] = [];
  workloads: Record<string, readonly LabPod[]> = {};
  wiring: Record<string, readonly string[]> = {};
  /** Objects that somebody has made, by name. */
  there: readonly string[] = [];
  readonly connection: KubernetesConnection;

  constructor({ makesObjects, ownsCluster, live, wired }: StandInOptions) {
    this.live = live;
    const change = (verb: string, objects: readonly KubeObject[]) => {
      this.changes.push(...objects.map(({ kind, metadata }) => `${verb} ${kind} ${metadata.name}`));
      const names = objects.filter(({ kind }) => kind === 'Pod').map(({ metadata }) => metadata.name);
      const others = this.live.filter(({ metadata }) => !names.includes(metadata?.name ?? ''));
      const again = live.filter(({ metadata }) => names.includes(metadata?.name ?? ''));
      this.live = verb === 'apply' ? [...others, ...again] : others;
    };
    const until = (
      namespace: string,
      labels: string | undefined,
      done: (pods: readonly V1Pod[]) => boolean,
    ) => {
      this.asked.push(`${namespace} ${labels}`);
      if (!done(this.live)) throw new Error('waits for ever');
    };
    const stand = {
      makesObjects,
      namespace: 'cnilab-blue',
      tool: { ownsCluster },
      settings: {},
      files: {
        spec: () => ({ lab: 'demo', stack: 'blue' }),
        workloads: () => this.workloads,
        writeWorkload: (name: string, pods: readonly LabPod[] | undefined) => {
          const { [name]: _, ...others } = this.workloads;
          this.workloads = pods ? { ...others, [name]: pods } : others;
        },
        wiring: () => this.wiring,
        writeWiring: (_: string, now: Record<string, readonly string[]> = {}) => {
          this.wiring = now;
        },
      },
      kube: {
        pods: async (namespace: string, labels: string) => {
          this.asked.push(`${namespace} ${labels}`);
          return this.live;
        },
        get: async ({ metadata }: KubeObject) => (this.there.includes(metadata.name) ? {} : undefined),
        // No Deployment is rolled out here.
        until: async () => undefined,
        untilPods: async (...args: Parameters<typeof until>) => until(...args),
        apply: async (objects: readonly KubeObject[]) => change('apply', objects),
        delete: async (objects: readonly KubeObject[]) => change('delete', objects),
        remove: async (objects: readonly KubeObject[]) => change('remove', objects),
      },
      realNode: (node: string) => `ex-${node}`,
      pods: async () => this.statuses,
      node: () => ({
        run: async (argv: readonly string[]) => {
          if (argv.includes('quiet')) this.changes.push('no IPv6');
          return { exitCode: 0, stdout: wired, stderr: '' };
        },
      }),
    };
    this.connection = stand as unknown as KubernetesConnection;
  }
}
