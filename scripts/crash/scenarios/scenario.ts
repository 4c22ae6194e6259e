// A crash that is no kill: what a machine or another person does to a lab. Told by its name, run in a lane of its own.
import type { Ended, Lane, RunSettings } from '../lane.ts';
import { leftovers } from '../leftovers.ts';
import { canonicalOf, type References } from '../references.ts';
import { shown, wrongWords } from '../words.ts';

export interface Scenario {
  readonly name: string;
  /** @returns what was not as it must be; `notDone` where this machine cannot do that */
  readonly run: (
    lane: Lane,
    references: References,
  ) => Promise<{ readonly wrong: readonly string[] } | { readonly notDone: string }>;
}

export const up = (lane: Lane) => ['up', lane.labFile, '--stack', lane.name] as const;
export const down = (lane: Lane) => ['down', '--stack', lane.name] as const;

/** `up` stands the base lab up as if nothing had ever happened. */
export async function upConverges(
  lane: Lane,
  references: References,
  settings?: RunSettings,
): Promise<readonly string[]> {
  const ended = await lane.run(up(lane), settings);
  const wrong = passes(ended);
  if (wrong.length > 0) return wrong;
  const reference = await references.of(lane.network, 'base');
  const same = (await canonicalOf(lane, settings)) === reference.canonical;
  return [
    ...(same ? [] : ['the canonical results differ']),
    ...(settings === undefined ? await leftovers(lane, reference) : []),
  ];
}

export async function downLeavesNothing(lane: Lane, settings?: RunSettings): Promise<readonly string[]> {
  const wrong = passes(await lane.run(down(lane), settings));
  return wrong.length > 0 ? wrong : leftovers(lane, undefined);
}

/** The command does its work. */
export function passes(ended: Ended): readonly string[] {
  const wrong = wrongWords(ended, false);
  return wrong.map((line) => `${line}\n${shown(ended)}`);
}

/** Every line with what it is about in front. */
export function about(what: string, wrong: readonly string[]): readonly string[] {
  return wrong.map((line) => `${what}: ${line}`);
}
