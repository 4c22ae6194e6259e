// The model against the kernel, hop by hop: after random edits, every packet is seen where it was foretold, with the
// headers that were foretold, and nowhere else in the whole lab.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { watchJourney } from '../../../infra/experiments/watch-journey.ts';
import { assemble } from '../../../infra/journey/assemble.ts';
import { agreement } from '../../../infra/journey/journeys.ts';
import { picker, randomNumbers } from '../../../scripts/bench/random-numbers.ts';
import { everyInterface } from '../../../scripts/fuzz/predictions/every-interface.ts';
import { editedLab } from '../../support/edited-lab.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';
import { randomEdit } from '../../support/random-edits.ts';
import { randomFlow } from '../../support/random-flow.ts';

/** Other edits: CNILAB_SEED=n; more of them: CNILAB_EDITS=n. */
const SEED = Number(process.env.CNILAB_SEED ?? 20_261);
const EDITS = Number(process.env.CNILAB_EDITS ?? 36);
const EDITS_PER_LAB = 6;
const LANES = 3;
const PACKETS = 2;

/** tcpdump gives up root, which a user namespace with one uid does not let it do: real root is needed. */
const isRoot = process.getuid?.() === 0;

interface Trial {
  readonly words: string;
  readonly compared: number;
  /** Of each packet; null where it could not be foretold. */
  readonly agree: readonly (boolean | null)[];
  readonly strangers: readonly string[];
}

describe.skipIf(!isRoot)('the way', () => {
  let machine: PrivateHost;
  beforeAll(async () => {
    machine = await privateHost('hops', { userns: false });
  });
  afterAll(() => machine?.close());

  test(`after each of ${EDITS} random edits (seed ${SEED}) is as predicted`, {
    timeout: 20 * 60_000,
  }, async () => {
    const trials: Trial[] = [];
    let labs = 0;
    const lane = async () => {
      while (labs * EDITS_PER_LAB < EDITS) {
        labs++;
        trials.push(...(await editAndWatch(machine, randomNumbers(SEED * 1_000 + labs))));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const wrong = trials.filter(({ agree, strangers }) => agree.includes(false) || strangers.length > 0);
    const hops = trials.reduce((sum, { compared }) => sum + compared, 0);
    const open = trials.filter(({ agree }) => agree.includes(null)).length;
    console.log(
      `seed ${SEED}: ${trials.length} edits, ${hops} hops, ${open} not foretold, ${wrong.length} wrong`,
    );
    expect(wrong.map(({ words }) => words).join('\n\n')).toBe('');
    expect(open).toBeLessThan(EDITS / 4);
    expect(hops).toBeGreaterThan(EDITS * 4);
  });
});

async function editAndWatch(machine: PrivateHost, random: () => number): Promise<Trial[]> {
  const pick = picker(random);
  const lab = await editedLab(machine);
  const trials: Trial[] = [];
  const after: string[] = [];
  try {
    while (trials.length < EDITS_PER_LAB) {
      const edit = randomEdit(pick);
      const { exitCode } = await lab.sh(edit.host, edit.script);
      if (exitCode !== 0) continue;
      after.push(`${edit.host}: ${edit.script}`);
      await Promise.all([...lab.hosts.keys()].map((host) => lab.sh(host, 'ip neigh flush all')));
      const flow = randomFlow(pick, edit.host);
      const state = await lab.observe();
      const { series, paths, places, isOwn } = await watchJourney({
        ...{ state, flow, count: PACKETS, extra: everyInterface(state), vxlanPort: 8472 },
        host: (name) => lab.hosts.get(name),
        send: (cookie) => {
          const df = flow.df === 'want' ? '' : `-M ${flow.df}`;
          const script = `ping -n -c ${PACKETS} -i 0.2 -W 1 -s ${flow.size} ${df} -p ${cookie} ${flow.to}`;
          return lab.sh(flow.from, script);
        },
      });
      const { packets, others } = assemble({
        predicted: series,
        paths,
        places,
        ofSeries: ({ sightings }) => sightings.some((s) => isOwn(s.packet)),
      });
      const echoes = packets.filter(({ packet }) => packet.startsWith('echo'));
      const strangers = others.filter(
        ({ packet, sightings }) => packet.startsWith('echo') && sightings.some((s) => isOwn(s.packet)),
      );
      trials.push({
        compared: packets.reduce((sum, { hops }) => sum + hops.length, 0),
        agree: echoes.map(agreement),
        strangers: strangers.map(({ identity }) => identity),
        words: [
          `${JSON.stringify(flow)} after`,
          ...after.map((line) => `  ${line}`),
          ...echoes.flatMap(({ packet, seq, end, hops }) => [
            `${packet} ${seq}: ${end}`,
            ...hops.flatMap(({ differences }) => differences.map((words) => `  ${words}`)),
          ]),
        ].join('\n'),
      });
    }
  } finally {
    await lab.close();
  }
  return trials;
}
