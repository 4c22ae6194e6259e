// Five echo requests across the nodes of lab flannel, foretold and seen at every hop, beside the same requests as a bare ping.
import path from 'node:path';
import { createExperimentRun } from '../../infra/experiments/experiment-run.ts';
import type { JourneyObservation } from '../../infra/journey/observation.ts';
import type { LabExperiment } from '../../infra/lab/lab.ts';
import { ROOT } from '../cli/project.ts';
import type { Round } from './figures.ts';
import type { StepContext } from './steps.ts';
import { standLab } from './stood-lab.ts';

/** Taps without which a journey across nodes is not the one the goal is for. */
const TAPS = 9;

const traffic = { from: 'pod1', to: 'pod4', count: 5, interval: 0.2, timeout: 2, dontFragment: false };
const common = { onFailure: 'fail' as const, checks: [] };
const PING: LabExperiment = { ...common, ...traffic, kind: 'ping', name: 'bench-ping' };
const JOURNEY: LabExperiment = {
  ...{ ...common, kind: 'journey', name: 'bench-journey' },
  ...{ ping: traffic, taps: [], forget: [], before: [] },
};

/** @throws Error when an experiment does not pass, or the journey has too few taps to be compared */
export async function journeyStep({ place, stop }: StepContext): Promise<Round> {
  const stood = await standLab(path.join(ROOT, 'labs/flannel/lab.yaml'), place, stop.soon);
  const { lab, cluster } = stood;
  const run = createExperimentRun();
  const timed = async (experiment: LabExperiment) => {
    const begun = performance.now();
    const context = { lab, cluster, resultsDir: place.directory, signal: stop.soon };
    const { name, verdict, reason = '', observed } = await run(experiment, context);
    const seconds = (performance.now() - begun) / 1000;
    if (verdict !== 'pass') throw new Error(`${name}: ${verdict} ${reason}`);
    return { seconds, observed };
  };
  // As in an update: code is compiled, and the lab has been looked at.
  const inspect = lab.experiments.find(({ kind }) => kind === 'inspect');
  if (inspect) await timed(inspect);
  await timed(JOURNEY);
  const ping = await timed(PING);
  const journey = await timed(JOURNEY);
  const { taps } = journey.observed as unknown as JourneyObservation;
  if (taps.length < TAPS) throw new Error(`the journey had ${taps.length} taps instead of ${TAPS} or more`);
  await stood.remove();
  return { journey: journey.seconds, journeyPing: ping.seconds };
}
