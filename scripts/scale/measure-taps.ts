// Captures at many interfaces at once: until all listen, and until all have told what they have.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { capture, type Tap } from '../../infra/observe/capture.ts';
import { standLab } from '../bench/stood-lab.ts';
import type { Bench } from './measure-shape.ts';
import { shapeId, shapeLab, TAPPED, TAPS } from './shapes.ts';

export interface TapsMeasured {
  readonly taps: number;
  /** Seconds until all of them listen. */
  readonly start: number;
  /** Seconds from the end of the traffic until every capture is there, the wait for late packets included. */
  readonly stop: number;
}

/** @throws Error when a tap is not complete */
export async function measureTaps({ place, stop }: Bench): Promise<readonly TapsMeasured[]> {
  const file = path.join(place.directory, `taps-${shapeId(TAPPED)}.yaml`);
  await writeFile(file, shapeLab(TAPPED));
  const stood = await standLab(file, place, stop.soon);
  const pods = await stood.cluster.pods();
  const all = pods.map(({ name }): Tap => ({ name, host: stood.cluster.host(name), dev: 'eth0' }));
  const measured: TapsMeasured[] = [];
  // The first opens the agents.
  for (const count of [Math.max(...TAPS), ...TAPS]) measured.push(await listen(all.slice(0, count)));
  await stood.remove();
  return measured.slice(1);
}

async function listen(taps: readonly Tap[]): Promise<TapsMeasured> {
  const begun = performance.now();
  const { result, taps: told } = await capture(taps, 'icmp', async () => performance.now());
  const ended = performance.now();
  const bad = told.find(({ status }) => status !== 'complete');
  if (bad) throw new Error(`the tap at ${bad.name} is ${bad.status}: ${bad.reason}`);
  return { taps: taps.length, start: (result - begun) / 1000, stop: (ended - result) / 1000 };
}
