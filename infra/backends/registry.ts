// Which backends there are: name → loader. The only place that names them all.
import { pathToFileURL } from 'node:url';
import type { Backend } from './backend.ts';
import type { ClusterTool } from './kubernetes/cluster-tool.ts';

/** What has to be known of a backend before it is loaded. */
export interface BackendTraits {
  /** Its clusters are Kubernetes: workloads are its objects, and IPAM gives addresses in the order in which pods come. */
  readonly kubernetes: boolean;
  /** It can make a cluster of machines of the user's, which the program prepares. @default false */
  readonly machines?: boolean;
  /** Its clusters were there before, and are others' too. @default false */
  readonly foreign?: boolean;
  /** Nodes can be added to a cluster that stands. @default true */
  readonly grows?: boolean;
}

/** Loaded when asked for, so that a run pays only for the backend it uses. */
const loaders: Readonly<Record<string, BackendTraits & { readonly load: () => Promise<Backend> }>> = {
  netns: { kubernetes: false, load: async () => (await import('./netns/netns-backend.ts')).netnsBackend },
  kind: {
    kubernetes: true,
    grows: false,
    load: () => onKubernetes(async () => (await import('./kind/kind-tool.ts')).kindTool),
  },
  minikube: {
    kubernetes: true,
    load: () => onKubernetes(async () => (await import('./minikube/minikube-tool.ts')).minikubeTool),
  },
  k3s: {
    kubernetes: true,
    grows: false,
    machines: true,
    load: () => onKubernetes(async () => (await import('./k3s/k3s-tool.ts')).k3sTool),
  },
  existing: {
    kubernetes: true,
    grows: false,
    foreign: true,
    load: () => onKubernetes(async () => (await import('./existing/existing-tool.ts')).existingTool),
  },
};

async function onKubernetes(loadTool: () => Promise<ClusterTool>): Promise<Backend> {
  const [{ kubernetesBackend }, tool] = await Promise.all([
    import('./kubernetes/kubernetes-backend.ts'),
    loadTool(),
  ]);
  return kubernetesBackend(tool);
}

const loaded = new Map<string, Promise<Backend>>();

/** Of a backend that is not there: as of one that is not Kubernetes. */
export function backendTraits(name: string): Required<BackendTraits> {
  const { kubernetes = false, machines = false, foreign = false, grows = true } = loaders[name] ?? {};
  return { kubernetes, machines, foreign, grows };
}

/** The one that a lab runs on unless told otherwise. */
export const DEFAULT_BACKEND = 'netns';

/** Names of the backends that can be asked for. */
export function backendNames(): readonly string[] {
  const added = extra();
  return added ? [...Object.keys(loaders), added.name] : Object.keys(loaders);
}

/** Why there is no backend of this name, or undefined when there is one. */
export function backendProblem(name: string): string | undefined {
  if (backendNames().includes(name)) return undefined;
  return `there is no backend "${name}"; there is: ${backendNames().join(', ')}`;
}

/** @throws when there is no backend of this name, naming those there are. */
export async function loadBackend(name: string): Promise<Backend> {
  const added = extra();
  if (added?.name === name) {
    const module = (await import(pathToFileURL(added.module).href)) as { default: Backend };
    return module.default;
  }
  const backend = loaders[name];
  if (!backend) throw new Error(backendProblem(name));
  // One for all of this process, because it keeps its connections.
  const one = loaded.get(name) ?? backend.load();
  loaded.set(name, one);
  return one;
}

/** CNILAB_EXTRA_BACKEND=<name>=<absolute path of a module whose default export is a Backend>; tests add a stand-in so. */
function extra(): { readonly name: string; readonly module: string } | undefined {
  const value = process.env.CNILAB_EXTRA_BACKEND;
  const at = value?.indexOf('=') ?? -1;
  return value === undefined || at < 1
    ? undefined
    : { name: value.slice(0, at), module: value.slice(at + 1) };
}
