// The API of one Kubernetes cluster, as far as labs need it: over the official client, with errors that say what to do.
import { readFileSync } from 'node:fs';
import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  type V1Node,
  type V1Pod,
} from '@kubernetes/client-node';
import { KubeError, kubeError } from './kube-error.ts';
import { type KubeKind, type KubeObject, type KubeRef, objectTitle } from './kube-object.ts';

/** Field manager of server-side apply: what it has set is ours. */
const MANAGER = 'cnilab';

/** How long one request may take, ms. */
const REQUEST_MS = 30_000;

interface Signalled {
  readonly signal: AbortSignal;
}

export class Kube {
  readonly #config = new KubeConfig();
  readonly #server: string;
  #objectApi: KubernetesObjectApi | undefined;

  /** @param file a kubeconfig @param context default: its current one @throws KubeError when it is none, or has no such context */
  constructor(file: string, context?: string) {
    try {
      this.#config.loadFromString(readFileSync(file, 'utf8'));
    } catch (error) {
      // A parser quotes the lines around a mistake, and a token may be among them.
      const [reason = ''] = (error as Error).message.split('\n');
      throw new KubeError(`${file} is not a kubeconfig: ${reason}`);
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

  /** Name of the context that is used. */
  get context(): string {
    return this.#config.getCurrentContext();
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

  /** Server-side apply, in the given order, as field manager `cnilab`; conflicting fields become ours. */
  async apply(objects: readonly KubeObject[], op?: Signalled): Promise<void> {
    const api = this.#objects();
    for (const object of objects) {
      op?.signal.throwIfAborted();
      await this.#ask(`apply ${objectTitle(object)}`, () =>
        api.patch(clientObject(object), undefined, undefined, MANAGER, true, PatchStrategy.ServerSideApply),
      );
    }
  }

  /** Asks for each to go, with what it owns. Those that are not there are fine; the others may stay a moment longer. */
  async remove(refs: readonly KubeRef[]): Promise<void> {
    const api = this.#objects();
    for (const ref of refs)
      await this.#ask(`delete ${objectTitle(ref)}`, () =>
        api
          .delete(clientObject(ref), undefined, undefined, undefined, undefined, 'Foreground')
          .catch(ignoreMissing),
      );
  }

  /** In the given order. Resolves when they, and what they own (a DaemonSet's pods), are gone. Idempotent. */
  async delete(refs: readonly KubeRef[], op: Signalled): Promise<void> {
    for (const ref of refs) {
      await this.remove([ref]);
      const { apiVersion, kind, metadata } = ref;
      const namespace = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
      const isGone = (objects: readonly KubeObject[]) =>
        !objects.some((object) => object.metadata.name === metadata.name);
      await this.until({ apiVersion, kind, ...namespace }, isGone, op.signal);
    }
  }

  /** Undefined when there is none. */
  async get(ref: KubeRef): Promise<KubeObject | undefined> {
    const api = this.#objects();
    const found = await this.#ask(`read ${objectTitle(ref)}`, () =>
      api.read(clientObject(ref) as Parameters<typeof api.read>[0]).catch(ignoreMissing),
    );
    return found as KubeObject | undefined;
  }

  async list(of: KubeKind): Promise<readonly KubeObject[]> {
    return (await this.#list(of)).items as KubeObject[];
  }

  /**
   * Calls `seen` with all objects of a kind as they are now, and again after every change, until `signal` is aborted.
   * Resolves then. @throws KubeError when the API cannot be reached; what `seen` throws
   */
  async watch(
    of: KubeKind,
    seen: (objects: readonly KubeObject[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined);
    const informer = makeInformer(this.#config, pathOf(of), () => this.#list(of), of.labelSelector);
    let scheduled: NodeJS.Immediate | undefined;
    const look = () => {
      scheduled = undefined;
      try {
        seen(informer.list() as KubeObject[]);
      } catch (error) {
        reject(error);
      }
    };
    // A list comes as one event for each of its objects: they are looked at together.
    const soon = () => {
      scheduled ??= setImmediate(look);
    };
    const stop = () => resolve();
    informer.on('change', soon);
    informer.on('error', (error) => reject(kubeError(error, this.#server, `watch ${of.kind}s`)));
    signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.race([informer.start(), promise]);
      if (!signal.aborted) soon();
      await promise;
    } finally {
      signal.removeEventListener('abort', stop);
      clearImmediate(scheduled);
      await informer.stop();
    }
  }

  /** Watches until `done` says so. @throws the signal's reason when it is aborted first; what `done` throws */
  async until(
    of: KubeKind,
    done: (objects: readonly KubeObject[]) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    // Mostly it is so at once; a watch that is stopped before it has begun goes on by itself for a while.
    if (done(await this.list(of))) return;
    const enough = new AbortController();
    const seen = (objects: readonly KubeObject[]) => {
      if (done(objects)) enough.abort();
    };
    await this.watch(of, seen, AbortSignal.any([signal, enough.signal]));
    if (!enough.signal.aborted) signal.throwIfAborted();
  }

  /** The same for the pods of a namespace. */
  async untilPods(
    namespace: string,
    labelSelector: string | undefined,
    done: (pods: readonly V1Pod[]) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const selected = labelSelector === undefined ? {} : { labelSelector };
    const of = { apiVersion: 'v1', kind: 'Pod', namespace, ...selected };
    await this.until(of, (pods) => done(pods as unknown as readonly V1Pod[]), signal);
  }

  /** Replicas of a Deployment, if there is one of that name. */
  async scale(namespace: string, name: string, replicas: number): Promise<void> {
    const body = [{ op: 'replace', path: '/spec/replicas', value: replicas }];
    await this.#ask(`scale Deployment ${namespace}/${name}`, () =>
      this.#config
        .makeApiClient(AppsV1Api)
        .patchNamespacedDeploymentScale({ namespace, name, body })
        .catch(ignoreMissing),
    );
  }

  async #list({
    apiVersion,
    kind,
    namespace,
    labelSelector,
  }: KubeKind): Promise<KubernetesListObject<KubernetesObject>> {
    return this.#ask(`list ${kind}s${namespace ? ` of namespace ${namespace}` : ''}`, () =>
      this.#objects().list(
        apiVersion,
        kind,
        namespace,
        undefined,
        undefined,
        undefined,
        undefined,
        labelSelector,
      ),
    );
  }

  /** One for all: it remembers what kinds there are, which it would have to ask each time. */
  #objects(): KubernetesObjectApi {
    this.#objectApi ??= KubernetesObjectApi.makeApiClient(this.#config);
    return this.#objectApi;
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

/** The client's types have no readonly. */
function clientObject(object: KubeRef): KubernetesObject {
  return object as unknown as KubernetesObject;
}

/** Where objects of a kind are (Kubernetes API concepts, "Resource URIs"). Plurals of what is watched here end in s. */
function pathOf({ apiVersion, kind, namespace }: KubeKind): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = `${kind.toLowerCase()}s`;
  return namespace === undefined ? `${group}/${plural}` : `${group}/namespaces/${namespace}/${plural}`;
}
