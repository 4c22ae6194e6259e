// One random lab on the real kernel: flows through it as it is made, and after each of a few random changes.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Cluster } from '../../../infra/backends/backend.ts';
import { pickNetwork } from '../../../infra/cni/config-dir.ts';
import type { Lab } from '../../../infra/lab/lab.ts';
import { machines } from '../../../infra/lab/machines.ts';
import { observeLab } from '../../../infra/observe/observe-lab.ts';
import type { LabSnapshot } from '../../../infra/observe/snapshot.ts';
import type { Flow } from '../../../infra/predict/flow.ts';
import type { Place } from '../../bench/private-place.ts';
import { type Pick, picker, randomNumbers } from '../../bench/random-numbers.ts';
import { standLab } from '../../bench/stood-lab.ts';
import { randomChange } from './random-change.ts';
import { randomLab } from './random-lab.ts';
import { type Seen, watchFlow } from './watch-flow.ts';

/** Flows of one lab; before each but the first something is changed. */
const FLOWS = 3;
/** What is drawn may not be to be had, or be refused by the kernel: so often something else is drawn. */
const DRAWS = 12;

export interface Trial {
  readonly flow: Flow;
  readonly seen: Seen;
  /** Commands that were run on the lab before, oldest first: `<host>: <command>`. */
  readonly after: readonly string[];
  /** Kinds of these changes. */
  readonly changes: readonly string[];
}
export interface TriedLab {
  readonly seed: number;
  readonly network: string;
  readonly nodes: number;
  readonly pods: number;
  /** Text of the lab file. */
  readonly yaml: string;
  readonly configs: Readonly<Record<string, string>>;
  readonly trials: readonly Trial[];
}

/** @throws what keeps the lab from being made, observed or listened in; it is taken away in any case */
export async function tryLab(seed: number, place: Place, signal: AbortSignal): Promise<TriedLab> {
  const { yaml, configs } = randomLab(seed);
  const home = path.join(place.directory, `random-${seed}`);
  await mkdir(path.join(home, 'configs'), { recursive: true });
  const files = Object.entries(configs).map(([name, text]) => [path.join('configs', name), text] as const);
  await Promise.all(
    [['lab.yaml', yaml] as const, ...files].map(([name, text]) => writeFile(path.join(home, name), text)),
  );
  const { lab, cluster, remove } = await standLab(path.join(home, 'lab.yaml'), place, signal);
  try {
    const trials = await tryFlows(lab, cluster, picker(randomNumbers(seed)), signal);
    const pods = lab.workloads.reduce((sum, workload) => sum + workload.pods.length, 0);
    return { seed, network: networkOf(lab), nodes: lab.nodes.length, pods, yaml, configs, trials };
  } finally {
    await remove();
  }
}

async function tryFlows(lab: Lab, cluster: Cluster, pick: Pick, signal: AbortSignal): Promise<Trial[]> {
  const trials: Trial[] = [];
  const after: string[] = [];
  const changes: string[] = [];
  while (trials.length < FLOWS) {
    const snapshot = await observeLab(cluster, lab, { signal, pickNetwork });
    const flow = randomFlow(snapshot, lab, pick);
    const near = concerned(snapshot, flow);
    if (trials.length > 0) await change(cluster, snapshot, pick, near, after, changes);
    await forget(cluster, Object.keys(snapshot.hosts));
    const seen = await watchFlow(cluster, lab, flow, signal);
    trials.push({ flow, seen, after: [...after], changes: [...changes] });
  }
  return trials;
}

async function change(
  cluster: Cluster,
  snapshot: LabSnapshot,
  pick: Pick,
  near: readonly string[],
  after: string[],
  changes: string[],
): Promise<void> {
  for (let draw = 0; draw < DRAWS; draw++) {
    const drawn = randomChange(snapshot, pick, near);
    if (drawn === undefined) continue;
    let done = 0;
    for (const { host, script } of drawn.steps) {
      const { exitCode } = await cluster.host(host).run(['sh', '-c', script]);
      if (exitCode !== 0) break;
      after.push(`${host}: ${script}`);
      done++;
    }
    if (done > 0) changes.push(drawn.what);
    if (done > 0) return;
  }
}

/** What everybody has learned ages while it is looked at, and a limit that a router told of is kept in no table. */
async function forget(cluster: Cluster, hosts: readonly string[]): Promise<void> {
  const script = 'ip neigh flush all; ip -6 route flush cache; :';
  await Promise.all(hosts.map((name) => cluster.host(name).run(['sh', '-c', script])));
}

/** Both ends, and the nodes that they are on: a change anywhere else seldom tells anything. */
function concerned({ nodes, pods, hosts }: LabSnapshot, { from, to }: Flow): readonly string[] {
  const owner = [...nodes, ...pods].find(({ address, address6 }) => to === address || to === address6)?.name;
  const ends = [from, ...(owner === undefined ? [] : [owner])];
  const under = pods.flatMap(({ name, node }) => (ends.includes(name) ? [node] : []));
  return [...new Set([...ends, ...under])].filter((name) => name in hosts);
}

/** Addresses that nobody has: of the documentation range, and of the pods' own. */
const NOBODY = ['198.51.100.9', '10.42.0.200'];

function randomFlow(snapshot: LabSnapshot, lab: Lab, pick: Pick): Flow {
  const members = [...machines(lab), ...snapshot.pods];
  const ends = members.flatMap(({ address, address6 }) => [address, ...(address6 ? [address6] : [])]);
  const gateways = snapshot.nodes.flatMap(({ name }) =>
    (snapshot.hosts[name]?.addresses ?? []).flatMap((row) =>
      row.family === 'inet' && row.dev !== 'lo' ? [row.address] : [],
    ),
  );
  const senders = [...snapshot.pods, ...snapshot.pods, ...machines(lab)].map(({ name }) => name);
  const from = pick(senders);
  // What a host sends to itself goes nowhere: seldom.
  const own = members.find(({ name }) => name === from);
  const others = ends.filter((address) => address !== own?.address && address !== own?.address6);
  return {
    from,
    to: pick([...others, ...others, ...others, ...others, ...gateways, pick(NOBODY)]),
    size: pick([56, 56, 56, 900, 1252, 1400, 1472, 2000]),
    df: pick(['want', 'want', 'do', 'dont'] as const),
  };
}

function networkOf({ network, outside }: Lab): string {
  const own = network.type === 'conflist' ? Object.values(network.configs).join() : '';
  const type = own === '' ? network.type : own.includes('"bridge"') ? 'conflist bridge' : 'conflist ptp';
  return `${type}${network.podCIDR6 ? ', IPv6 too' : ''}${outside ? ', router' : ''}`;
}
