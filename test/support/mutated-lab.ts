// A lab that stands without an engine, for tests that break one rule of it at a time and look which checks notice.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { Cluster } from '../../infra/backends/backend.ts';
import { netnsBackend as backend } from '../../infra/backends/netns/netns-backend.ts';
import { removeLab, standLab } from '../../infra/course/stand-lab.ts';
import { createExperimentRun } from '../../infra/experiments/experiment-run.ts';
import { liveFacts } from '../../infra/experiments/live-facts.ts';
import type { ExperimentResult } from '../../infra/experiments/result.ts';
import type { Lab } from '../../infra/lab/lab.ts';
import { loadLab } from '../../infra/lab/load.ts';
import { fillArgv, type TemplateLookup } from '../../infra/lab/template.ts';
import type { Mutation, Step } from './mutations/mutation.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const op = { signal: new AbortController().signal };

/** Where labs of one test file stand, on record in a state directory of their own. */
export class MutationPlace {
  readonly directory: string;
  readonly #standing = new Set<MutatedLab>();

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(): Promise<MutationPlace> {
    const place = new MutationPlace(await mkdtemp(path.join(tmpdir(), 'cnilab-mutations-')));
    process.env.CNILAB_STATE_DIR = path.join(place.directory, 'state');
    await mkdir(process.env.CNILAB_STATE_DIR);
    return place;
  }

  /** @param name of a lab of ours @param replaced texts of its file, each of which must be there */
  async stand(name: string, replaced: readonly (readonly [text: string, by: string])[] = []) {
    const directory = path.join(this.directory, `lab-${this.#standing.size}`);
    await cp(path.join(ROOT, 'labs', name), directory, { recursive: true });
    const file = path.join(directory, 'lab.yaml');
    let text = await readFile(file, 'utf8');
    for (const [was, by] of replaced) {
      expect(text).toContain(was);
      text = text.replace(was, by);
    }
    await writeFile(file, text);
    const stack = `${name}-${process.pid}-${this.#standing.size}`;
    const definition = await loadLab(file);
    const where = {
      stack,
      project: 'cnilab',
      backendUrl: `file://${directory}`,
      labFile: file,
      checkout: ROOT,
    };
    const handle = await standLab(backend, definition, { ...where, isolation: 'auto' }, op);
    const lab = new MutatedLab(
      definition,
      backend.connect(handle),
      path.join(directory, 'results'),
      async () => {
        this.#standing.delete(lab);
        await backend.disconnect(handle);
        await removeLab(backend, { stack, handle });
      },
    );
    this.#standing.add(lab);
    return lab;
  }

  async close(): Promise<void> {
    for (const lab of this.#standing) await lab.remove();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export class MutatedLab {
  readonly lab: Lab;
  readonly cluster: Cluster;
  readonly remove: () => Promise<void>;
  readonly #results: string;

  constructor(lab: Lab, cluster: Cluster, results: string, remove: () => Promise<void>) {
    this.lab = lab;
    this.cluster = cluster;
    this.#results = results;
    this.remove = remove;
  }

  /** As the lab stands now. */
  facts(mutation: Mutation): Promise<TemplateLookup> {
    return liveFacts(this.cluster, this.lab, mutation, op.signal);
  }

  async run(steps: readonly Step[], facts: TemplateLookup): Promise<void> {
    for (const step of steps) {
      if ('remake' in step) await this.#remake(step.remake);
      else if ('rewire' in step)
        await backend.applyNetwork(this.cluster.handle, this.lab.nodes, this.lab.network, op);
      else {
        const outcome = await this.cluster.host(step.at).run(['sh', '-c', ...fillArgv([step.run], facts)]);
        expect({ ...step, ...outcome }).toMatchObject({ exitCode: 0 });
      }
    }
  }

  /** With a look at the kernel of its own. @throws Error when the lab has no such experiment */
  async observe(name: string, cluster = this.cluster): Promise<ExperimentResult> {
    const experiment = this.lab.experiments.find((one) => one.name === name);
    if (!experiment) throw new Error(`lab ${this.lab.name} has no experiment ${name}`);
    const context = { lab: this.lab, cluster, resultsDir: this.#results, signal: op.signal };
    return await createExperimentRun()(experiment, context);
  }

  /** One pod's sandbox said to be another's. */
  async sharing(pod: string, other: string): Promise<Cluster> {
    const pods = await this.cluster.pods();
    const pid = pods.find(({ name }) => name === other)?.pid;
    if (pid === undefined) throw new Error(`there is no pod ${other}`);
    const said = pods.map((one) => (one.name === pod ? { ...one, pid } : one));
    return new Proxy(this.cluster, {
      get: (cluster, key) => {
        const value = key === 'pods' ? async () => said : Reflect.get(cluster, key);
        return typeof value === 'function' ? value.bind(cluster) : value;
      },
    });
  }

  async #remake(pod: string): Promise<void> {
    const workload = this.lab.workloads.find(({ pods }) => pods.some(({ name }) => name === pod));
    if (!workload) throw new Error(`lab ${this.lab.name} has no pod ${pod}`);
    const standing = (await this.cluster.pods()).find(({ name }) => name === pod);
    const kill = 'kill -9 "$1"; while [ -d "/proc/$1" ]; do sleep 0.01; done';
    if (standing) await this.cluster.host(standing.node).run(['sh', '-c', kill, 'sh', String(standing.pid)]);
    await backend.applyWorkload(this.cluster.handle, workload.name, workload.pods, op);
  }
}
