// What the kinds that listen where the lab file says have in common: it is heard, and kept.
import type { Running } from './experiment.ts';
import { type KeptCapture, keepCapture } from './keep-capture.ts';
import { type Heard, type Listening, listen } from './listen.ts';

export type CapturedTraffic<T> = Heard<T> & KeptCapture;

/** @throws as `listen` does */
export async function captureTraffic<T>(
  running: Pick<Running, 'lab' | 'resultsDir' | 'signal'>,
  experiment: string,
  listening: Pick<Listening, 'taps' | 'filter' | 'graceMs' | 'clockOf'>,
  body: () => Promise<T>,
): Promise<CapturedTraffic<T>> {
  const { lab, signal } = running;
  const heard = await listen({ ...listening, vxlanPort: lab.network.port, signal }, body);
  return { ...heard, ...(await keepCapture(running, experiment, heard)) };
}
