// The model against the kernel: after every random edit, a ping is answered if and only if it was predicted to be.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { predictExchange } from '../../../infra/predict/exchange.ts';
import type { Flow } from '../../../infra/predict/flow.ts';
import type { End } from '../../../infra/predict/hop.ts';
import { endWords } from '../../../infra/predict/steps.ts';
import { type Pick, picker, randomNumbers } from '../../../scripts/bench/random-numbers.ts';
import { type EditedLab, editedLab } from '../../support/edited-lab.ts';
import { ADDRESSES6, addIpv6 } from '../../support/edited-lab6.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';
import { type Edit, randomEdit } from '../../support/random-edits.ts';
import { randomEdit6 } from '../../support/random-edits6.ts';
import { type Ends, IPV4_ENDS, randomFlow } from '../../support/random-flow.ts';

/** Other edits: CNILAB_SEED=n; more of them: CNILAB_EDITS=n. */
const SEED = Number(process.env.CNILAB_SEED ?? 20_260);
const ASKED_FOR = process.env.CNILAB_EDITS;

interface Family extends Ends {
  readonly name: string;
  readonly edits: number;
  readonly prepare: (lab: EditedLab) => Promise<void>;
  readonly edit: (pick: Pick) => Edit;
}

const FAMILIES: readonly Family[] = [
  {
    name: 'IPv4',
    edits: Number(ASKED_FOR ?? 108),
    prepare: async () => {},
    edit: randomEdit,
    ...IPV4_ENDS,
  },
  {
    name: 'IPv6',
    edits: Number(ASKED_FOR ?? 60),
    prepare: addIpv6,
    edit: randomEdit6,
    addresses: ADDRESSES6,
    others: ['fd42:0:0:1::1', 'fd44:0:0:2::1', 'fd42:0:0:2::99', 'fd99::9'],
  },
];
/** Edits add up in one lab, then a fresh one is made. */
const EDITS_PER_LAB = 6;
/** Labs at a time: most of the time is spent waiting for answers that do not come. */
const LANES = 4;

interface Trial {
  readonly flow: Flow;
  readonly predicted: string;
  readonly answered: boolean;
  readonly end: End;
  readonly after: readonly string[];
}

let machine: PrivateHost;
beforeAll(async () => {
  machine = await privateHost('edited');
});
afterAll(() => machine?.close());

test.each(FAMILIES)(
  `$edits random edits of $name (seed ${SEED}): reachable as predicted`,
  {
    timeout: 20 * 60_000,
  },
  async (family) => {
    const trials: Trial[] = [];
    let labs = 0;
    const lane = async () => {
      while (labs * EDITS_PER_LAB < family.edits) {
        labs++;
        trials.push(...(await editAndPing(family, randomNumbers(SEED * 1_000 + labs))));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const told = trials.filter(({ predicted }) => predicted !== 'unknown');
    const wrong = told.filter(({ predicted, answered }) => (predicted === 'delivered') !== answered);
    const answered = told.filter((trial) => trial.answered).length;
    const seen = { answered, silent: told.length - answered, unknown: trials.length - told.length };
    console.log(
      `${family.name}, seed ${SEED}: ${trials.length} edits`,
      seen,
      `${wrong.length} wrong`,
      reasons(trials),
    );
    expect(wrong.map(describeTrial).join('\n\n')).toBe('');
    // A model that cannot tell, or a lab where nothing changes, would agree with anything.
    expect(seen.unknown).toBeLessThan(family.edits / 5);
    expect(Math.min(seen.answered, seen.silent)).toBeGreaterThan(family.edits / 10);
  },
);

async function editAndPing(family: Family, random: () => number): Promise<Trial[]> {
  const pick = picker(random);
  const lab = await editedLab(machine);
  await family.prepare(lab);
  // The underlay is a host like others, or it is what nobody observed.
  const hosts = [...lab.hosts.keys()].filter((name) => name !== 'underlay' || random() < 0.6);
  const trials: Trial[] = [];
  const after: string[] = [];
  try {
    while (trials.length < EDITS_PER_LAB) {
      const edit = family.edit(pick);
      if (!hosts.includes(edit.host)) continue;
      const { exitCode } = await lab.sh(edit.host, edit.script);
      // What the kernel refuses (a route that is not there to be deleted) is no edit.
      if (exitCode !== 0) continue;
      after.push(`${edit.host}: ${edit.script}`);
      // What everybody has learned would hide who no longer answers.
      if (random() < 0.5) await Promise.all(hosts.map((host) => lab.sh(host, 'ip neigh flush all')));
      const flow = randomFlow(pick, edit.host, family);
      const { outcome, end } = predictExchange(await lab.observe(hosts), flow);
      const answered = await ping(lab, flow);
      // A limit that a router told of is kept in no table.
      await Promise.all(hosts.map((host) => lab.sh(host, 'ip -6 route flush cache')));
      trials.push({ flow, predicted: outcome, answered, end, after: [...after] });
    }
  } finally {
    await lab.close();
  }
  return trials;
}

/** How often each reason was the one. */
function reasons(trials: readonly Trial[]): Readonly<Record<string, number>> {
  const found = trials.flatMap(({ end }) => (end.kind === 'dropped' ? [end.reason] : []));
  return Object.fromEntries([...Map.groupBy(found, (reason) => reason)].map(([r, list]) => [r, list.length]));
}

const describeTrial = ({ flow, answered, predicted, end, after }: Trial) =>
  [
    `${JSON.stringify(flow)} ${answered ? 'is' : 'is not'} answered, predicted ${predicted}: ${endWords(end)}, after`,
    ...after.map((line) => `  ${line}`),
  ].join('\n');

async function ping(lab: EditedLab, { from, to, size, df }: Flow): Promise<boolean> {
  // An entry that is being asked for is asked for once a second: the answer may come a second late.
  const script = `ping -n -c 1 -W 1.3 -s ${size} ${df === 'want' ? '' : `-M ${df}`} ${to}`;
  const { stdout } = await lab.sh(from, script);
  return / 1 received/.test(stdout) && !stdout.includes('DIFFERENT ADDRESS');
}
