// The API of one Kubernetes cluster, as far as labs need it: over the official client, with errors that say what to do.
import { readFileSync } from 'node:fs';
import {
  AppsV1Api,
  CoreV1Api,
  type Informer,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  makeInformer,
  type ObjectCache,
  PatchStrategy,
  type V1Node,
  type V1Pod,
} from '@kubernetes/client-node';
import { KubeError, kubeError } from './kube-error.ts';

/** Field manager of server-side apply: what it has set is ours. */
const MANAGER = 'cnilab';

/** How long one request may take, ms. */
const REQUEST_MS = 30_000;

export type { KubernetesObject, V1Node, V1Pod };

export class Kube {
  readonly #config = new KubeConfig();
  readonly #server: string;

  /** @param file a kubeconfig @param context default: its current one @throws KubeError when it is none, or has no such context */
  constructor(file: string, context?: string) {
    try {
      this.#config.loadFromString(readFileSync(file, 'utf8'));
    } catch (cause) {
      throw new KubeError(`${file} is not a kubeconfig: ${(cause as Error).message}`, undefined, { cause });
    }
    if (context !== undefined) {
      const contexts = this.#config.getContexts().map(({ name }) => name);
      if (!contexts.includes(context))
        throw new KubeError(
          `there is no context "${context}" in ${file}; there is: ${contexts.join(', ') || 'none'}`,
        );
      this.#config.setCurrentContext(context);
    }
    this.#server = this.#config.getCurrentCluster()?.server ?? '';
    if (this.#server === '')
      throw new KubeError(
        `${file} names no cluster: its current context is "${this.#config.getCurrentContext() ?? ''}"`,
      );
  }

  /** URL of the API server. */
  get server(): string {
    return this.#server;
  }

  /** UID of namespace kube-system, which names this very cluster: another one of the same name has another. */
  async uid(): Promise<string> {
    const { metadata } = await this.#ask('read namespace kube-system', () =>
      this.#core().readNamespace({ name: 'kube-system' }),
    );
    return metadata?.uid ?? '';
  }

  async nodes(): Promise<readonly V1Node[]> {
    return (await this.#ask('list nodes', () => this.#core().listNode())).items;
  }

  /** @param namespace default: all */
  async pods(namespace?: string, labelSelector?: string): Promise<readonly V1Pod[]> {
    const selector = labelSelector === undefined ? {} : { labelSelector };
    const list = await this.#ask(`list pods${namespace ? ` of namespace ${namespace}` : ''}`, () =>
      namespace === undefined
        ? this.#core().listPodForAllNamespaces(selector)
        : this.#core().listNamespacedPod({ namespace, ...selector }),
    );
    return list.items;
  }

  /** Creates or changes each, in order (server-side apply). */
  async apply(objects: readonly KubernetesObject[]): Promise<void> {
    const api = KubernetesObjectApi.makeApiClient(this.#config);
    for (const object of objects)
      await this.#ask(`apply ${titled(object)}`, () =>
        api.patch(object, undefined, undefined, MANAGER, true, PatchStrategy.ServerSideApply),
      );
  }

  /** Those that are not there are fine. What belongs to them goes first (foreground), and has not gone when this returns. */
  async remove(objects: readonly KubernetesObject[]): Promise<void> {
    const api = KubernetesObjectApi.makeApiClient(this.#config);
    for (const object of objects)
      await this.#ask(`delete ${titled(object)}`, () =>
        api.delete(object, undefined, undefined, undefined, undefined, 'Foreground').catch(ignoreMissing),
      );
  }

  /** @returns undefined when there is none */
  async read(object: KubernetesObject): Promise<KubernetesObject | undefined> {
    const api = KubernetesObjectApi.makeApiClient(this.#config);
    return this.#ask(`read ${titled(object)}`, () =>
      api.read(object as Parameters<typeof api.read>[0]).catch(ignoreMissing),
    );
  }

  /** Replicas of a Deployment, if there is one of that name. */
  async scale(namespace: string, name: string, replicas: number): Promise<void> {
    await this.#ask(`scale Deployment ${namespace}/${name}`, () =>
      this.#config
        .makeApiClient(AppsV1Api)
        .patchNamespacedDeploymentScale({
          namespace,
          name,
          body: [{ op: 'replace', path: '/spec/replicas', value: replicas }],
        })
        .catch(ignoreMissing),
    );
  }

  /**
   * Looks at the pods of a namespace at once and whenever one of them changes, until `done` says so.
   * @param done true: enough. What it throws ends the wait.
   * @throws KubeError when the API cannot be reached any more; the signal's reason
   */
  async untilPods(
    namespace: string,
    labelSelector: string | undefined,
    done: (pods: readonly V1Pod[]) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const selector = labelSelector === undefined ? {} : { labelSelector };
    const list = () => this.#core().listNamespacedPod({ namespace, ...selector });
    await this.#until(makeInformer<V1Pod>(this.#config, path, list, labelSelector), done, signal, path);
  }

  /** The same for the cluster's nodes. */
  async untilNodes(done: (nodes: readonly V1Node[]) => boolean, signal: AbortSignal): Promise<void> {
    const path = '/api/v1/nodes';
    const list = () => this.#core().listNode();
    await this.#until(makeInformer<V1Node>(this.#config, path, list), done, signal, path);
  }

  async #until<T extends KubernetesObject>(
    informer: Informer<T> & ObjectCache<T>,
    done: (objects: readonly T[]) => boolean,
    signal: AbortSignal,
    path: string,
  ): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined);
    let scheduled: NodeJS.Immediate | undefined;
    const look = () => {
      scheduled = undefined;
      try {
        if (done(informer.list())) resolve();
      } catch (error) {
        reject(error);
      }
    };
    // A list comes as one event for each of its objects: they are looked at together.
    const soon = () => {
      scheduled ??= setImmediate(look);
    };
    const abort = () => reject(signal.reason);
    informer.on('change', soon);
    informer.on('error', (error) => reject(kubeError(error, this.#server, `watch ${path}`)));
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([informer.start(), promise]);
      soon();
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      clearImmediate(scheduled);
      await informer.stop();
    }
  }

  #core(): CoreV1Api {
    return this.#config.makeApiClient(CoreV1Api);
  }

  async #ask<T>(doing: string, request: () => Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const silent = new KubeError(`the API server at ${this.#server} does not answer`);
    const timer = setTimeout(() => reject(silent), REQUEST_MS);
    try {
      return await Promise.race([request(), promise]);
    } catch (error) {
      throw kubeError(error, this.#server, doing);
    } finally {
      clearTimeout(timer);
    }
  }
}

function ignoreMissing(error: { readonly code?: number }): undefined {
  if (error.code === 404) return undefined;
  throw error;
}

function titled({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata?.namespace ? `${metadata.namespace}/` : ''}${metadata?.name}`;
}
