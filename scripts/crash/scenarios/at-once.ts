// Two commands on one stack at the same time: at least one does its work, the other does too or says one thing, and the next command finds a whole lab.
import type { Ended, Lane } from '../lane.ts';
import type { References } from '../references.ts';
import { wrongRefusal } from '../words.ts';
import { about, down, downLeavesNothing, passes, type Scenario, up, upConverges } from './scenario.ts';

type Words = (lane: Lane) => readonly string[];
const rebuild: Words = (lane) => ['rebuild', lane.name];

/** @param first stands first @param later begins when so much of the first is over, 0 to 1 */
async function together(
  lane: Lane,
  references: References,
  first: Words,
  second: Words,
  later: number,
): Promise<readonly string[]> {
  const one = lane.start(first(lane));
  const wait = later * references.times.of(first === down ? 'down' : 'up') * 1000;
  const two = new Promise<Ended>((resolve) => {
    setTimeout(() => resolve(lane.run(second(lane))), wait);
  });
  const ended = await Promise.all([one.ended, two]);
  const wrong = ended.flatMap(wrongRefusal);
  if (wrong.length === 0 && ended.every(({ exitCode }) => exitCode !== 0))
    return [`neither did its work: ${ended.map(({ stderr }) => stderr.trim()).join(' | ')}`];
  return wrong;
}

/** The second begins at the same time, in the middle, and near the end. */
const MOMENTS = [0, 0.3, 0.6, 0.9];

function scenario(name: string, first: Words, second: Words, stands: boolean): Scenario {
  return {
    name,
    async run(lane, references) {
      await references.of(lane.network, 'base');
      lane.writeLab('base');
      const wrong: string[] = [];
      for (const later of MOMENTS) {
        const what = (step: string) => `${step} (the second after ${later * 100} %)`;
        if (stands) wrong.push(...about(what('before'), passes(await lane.run(up(lane)))));
        wrong.push(...about(what('together'), await together(lane, references, first, second, later)));
        wrong.push(...about(what('then up'), await upConverges(lane, references)));
        wrong.push(...about(what('then down'), await downLeavesNothing(lane)));
        if (wrong.length > 0) break;
      }
      return { wrong };
    },
  };
}

export const AT_ONCE: readonly Scenario[] = [
  scenario('two ups at once', up, up, false),
  scenario('down during up', up, down, false),
  scenario('up during down', down, up, true),
  scenario('two downs at once', down, down, true),
  scenario('rebuild during up', up, rebuild, true),
];
