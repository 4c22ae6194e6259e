// A stand-in for a cluster of two nodes: an API that keeps objects in memory, and nodes that only note what is asked of them.
import type { Host, HostFile, RunResult } from '../../../../../infra/backends/host.ts';
import {
  type KubeKind,
  type KubeObject,
  type KubeRef,
  objectTitle,
} from '../../../../../infra/backends/kubernetes/kube-object.ts';
import type { Kube } from '../../../../../infra/backends/kubernetes/network/kube.ts';
import type { NetworkTask } from '../../../../../infra/backends/kubernetes/network/network-task.ts';
import type { LabNetwork, LabNode } from '../../../../../infra/lab/lab.ts';

export const NODES: readonly LabNode[] = [
  { name: 'n1', role: 'control-plane', address: '192.168.49.2', podCIDR: '10.244.0.0/24' },
  { name: 'n2', role: 'worker', address: '192.168.49.3', podCIDR: '10.244.1.0/24' },
];
export const REAL_NAMES = [
  { lab: 'n1', real: 'lab-control-plane' },
  { lab: 'n2', real: 'lab-worker' },
];
export const network = (type: LabNetwork['type'], more: Partial<LabNetwork> = {}): LabNetwork => ({
  type,
  podCIDR: '10.244.0.0/16',
  mtu: 1450,
  vni: 1,
  port: 8472,
  routes: false,
  configs: {},
  ...more,
});

export const nodeObject = (real: string, podCIDR: string, address: string, ready = true): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: real },
  spec: { podCIDR, podCIDRs: [podCIDR] },
  status: {
    addresses: [
      { type: 'Hostname', address: real },
      { type: 'InternalIP', address },
    ],
    conditions: [
      ready
        ? { type: 'Ready', status: 'True' }
        : { type: 'Ready', status: 'False', message: 'cni plugin not initialized' },
    ],
  },
});

export const podObject = (real: string, daemonSet: string, status: object): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${daemonSet}-${real}`,
      ownerReferences: [{ kind: 'DaemonSet', name: daemonSet }],
    } as KubeObject['metadata'],
    spec: { nodeName: real },
    status,
  }) satisfies KubeObject;

export const READY_POD = { conditions: [{ type: 'Ready', status: 'True' }] };

export class StandInKube implements Kube {
  readonly objects = new Map<string, KubeObject>();
  readonly log: string[];
  #watchers = new Set<() => void>();

  constructor(log: string[] = []) {
    this.log = log;
    this.put(nodeObject('lab-control-plane', '10.244.0.0/24', '172.18.0.2', false));
    this.put(nodeObject('lab-worker', '10.244.1.0/24', '172.18.0.3', false));
  }

  put(...objects: readonly KubeObject[]): void {
    for (const object of objects) this.objects.set(objectTitle(object), object);
    for (const tell of this.#watchers) tell();
  }

  async apply(objects: readonly KubeObject[]) {
    this.log.push(`apply ${objects.map(objectTitle).join(', ')}`);
    this.put(...objects);
  }

  async delete(refs: readonly KubeRef[]) {
    this.log.push(`delete ${refs.map(objectTitle).join(', ')}`);
    for (const ref of refs) this.objects.delete(objectTitle(ref));
  }

  async get(ref: KubeRef) {
    return this.objects.get(objectTitle(ref));
  }

  async list({ kind }: KubeKind) {
    return [...this.objects.values()].filter((object) => object.kind === kind);
  }

  async watch(kind: KubeKind, seen: (objects: readonly KubeObject[]) => void, signal: AbortSignal) {
    const tell = () => void this.list(kind).then((list) => signal.aborted || seen(list));
    this.#watchers.add(tell);
    tell();
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    this.#watchers.delete(tell);
  }
}

/** A node with files in memory; `answer` says what a command prints. */
export class StandInHost implements Pick<Host, 'name' | 'run' | 'read' | 'write'> {
  readonly name: string;
  readonly files = new Map<string, string>();
  readonly #log: string[];
  answer: (argv: readonly string[]) => string = () => '';

  constructor(name: string, log: string[]) {
    this.name = name;
    this.#log = log;
  }

  async run(argv: readonly string[]): Promise<RunResult> {
    const [program, flag, script, label, ...rest] = argv;
    this.#log.push(`${this.name} ${(flag === '-c' ? [label, ...rest] : argv).join(' ')}`);
    const stdout = label === 'facts' ? this.facts : this.answer(argv);
    return {
      argv: [`${program}`, `${flag}`, `${script}`],
      exitCode: 0,
      stdout,
      stderr: '',
      startedNs: 0n,
      durationNs: 0n,
    };
  }

  facts = `x86_64\n/usr/bin/perl\n${['loopback', 'ptp', 'portmap', 'bridge', 'host-local', 'bandwidth'].join('\n')}\n`;

  async read(path: string) {
    const text = this.files.get(path);
    return text === undefined ? undefined : Buffer.from(text);
  }

  async write(files: readonly HostFile[]) {
    for (const { path, content } of files) this.files.set(path, content.toString());
    this.#log.push(`${this.name} writes ${files.map(({ path }) => path).join(' ')}`);
  }
}

/** The task of putting a network on the stand-in. */
export function standInTask(wanted: LabNetwork, settings: Readonly<Record<string, string>> = {}) {
  const log: string[] = [];
  const kube = new StandInKube(log);
  const hosts = new Map(NODES.map(({ name }) => [name, new StandInHost(name, log)]));
  const said: string[] = [];
  const task: NetworkTask = {
    kube,
    host: (name) => hosts.get(name) as unknown as Host,
    nodeItself: (name) => hosts.get(name) as unknown as Host,
    nodes: NODES,
    realNames: REAL_NAMES,
    network: wanted,
    settings,
    exclusive: true,
    op: { signal: AbortSignal.timeout(20_000), progress: (line) => said.push(line) },
  };
  const hostOf = (name: string) => hosts.get(name) as StandInHost;
  return { task, kube, log, said, hostOf };
}
