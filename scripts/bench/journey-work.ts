// A process of its own that stands up lab flannel and sends five echo requests across its nodes as a journey, and the
// same requests as a bare ping. Arguments: lab file, directory for the handle, directory for captures. Prints one JSON object; the lab stays.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { quickStart } from '../../infra/util/quick-start.ts';

// As the provider does it.
await quickStart();
const { netnsBackend: backend } = await import('../../infra/backends/netns/netns-backend.ts');
const { createExperimentRun } = await import('../../infra/experiments/experiment-run.ts');
const { loadLab } = await import('../../infra/lab/load.ts');
type Journey = import('../../infra/journey/observation.ts').JourneyObservation;
type LabExperiment = import('../../infra/lab/lab.ts').LabExperiment;

/** Seconds from the start to the verdict. */
export interface JourneyWork {
  readonly journey: number;
  readonly ping: number;
  readonly taps: number;
}

const traffic = { from: 'pod1', to: 'pod4', count: 5, interval: 0.2, timeout: 2, dontFragment: false };
const common = { onFailure: 'fail' as const, checks: [] };
const PING: LabExperiment = { ...common, ...traffic, kind: 'ping', name: 'bench-ping' };
const JOURNEY: LabExperiment = {
  ...{ ...common, kind: 'journey', name: 'bench-journey' },
  ...{ ping: traffic, taps: [], forget: [], before: [] },
};

const [file = '', handles = '', resultsDir = ''] = process.argv.slice(2);
const lab = await loadLab(file);
const { signal } = new AbortController();
const { name, nodes, network, underlay } = lab;
const handle = await backend.createCluster(
  { stack: name, lab: name, isolation: 'auto', underlay, nodes },
  (made) => writeFile(path.join(handles, `${made.id}.json`), JSON.stringify(made)),
  { signal },
);
await backend.applyNetwork(handle, nodes, network, { signal });
await Promise.all(
  lab.workloads.map((workload) => backend.applyWorkload(handle, workload.name, workload.pods, { signal })),
);
const context = { lab, cluster: backend.connect(handle), resultsDir, signal };
const run = createExperimentRun();
const timed = async (experiment: LabExperiment) => {
  const begun = performance.now();
  const result = await run(experiment, context);
  if (result.verdict !== 'pass') throw new Error(`${result.name}: ${result.verdict} ${result.reason ?? ''}`);
  return { seconds: (performance.now() - begun) / 1000, observed: result.observed };
};
// As in an update: code is compiled, and the lab has been looked at.
const inspect = lab.experiments.find(({ kind }) => kind === 'inspect');
if (inspect) await run(inspect, context);
await timed(JOURNEY);
const ping = await timed(PING);
const journey = await timed(JOURNEY);
await backend.disconnect(handle);
const work: JourneyWork = {
  journey: journey.seconds,
  ping: ping.seconds,
  taps: (journey.observed as unknown as Journey).taps.length,
};
process.stdout.write(`${JSON.stringify(work)}\n`);
