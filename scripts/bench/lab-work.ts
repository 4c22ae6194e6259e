// A process of its own that does what the provider does for a lab, without an engine: sandbox and nodes, network, pods.
// Arguments: lab file, directory for the handle. Prints one JSON object; the lab stays.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { quickStart } from '../../infra/util/quick-start.ts';

// As the provider does it.
await quickStart();
const { netnsBackend: backend } = await import('../../infra/backends/netns/netns-backend.ts');
const { loadLab } = await import('../../infra/lab/load.ts');

/** Seconds; and what was made in them. */
export interface LabWork {
  readonly sandbox: number;
  readonly network: number;
  readonly pods: number;
  readonly holder: number;
  readonly addresses: number;
  readonly calls: number;
  /** Sum over the plugin calls: several run at a time. */
  readonly callSeconds: number;
}

const [file = '', handles = ''] = process.argv.slice(2);
const lab = await loadLab(file);
const op = { signal: new AbortController().signal };
const { name, nodes, network, underlay } = lab;

const begun = performance.now();
const spec = { stack: name, lab: name, isolation: 'auto', underlay, nodes } as const;
const handle = await backend.createCluster(
  spec,
  (made) => writeFile(path.join(handles, `${made.id}.json`), JSON.stringify(made)),
  op,
);
const sandboxDone = performance.now();
await backend.applyNetwork(handle, nodes, network, op);
const networkDone = performance.now();
const statuses = await Promise.all(
  lab.workloads.map((workload) => backend.applyWorkload(handle, workload.name, workload.pods, op)),
);
const podsDone = performance.now();

const calls = await backend.connect(handle).cniCalls();
const work: LabWork = {
  sandbox: (sandboxDone - begun) / 1000,
  network: (networkDone - sandboxDone) / 1000,
  pods: (podsDone - networkDone) / 1000,
  holder: Number(handle.facts.holder),
  addresses: statuses.flat().filter(({ address }) => address !== '').length,
  calls: calls.length,
  callSeconds: calls.reduce((sum, { durationNs }) => sum + Number(durationNs), 0) / 1e9,
};
await backend.disconnect(handle);
process.stdout.write(`${JSON.stringify(work)}\n`);
