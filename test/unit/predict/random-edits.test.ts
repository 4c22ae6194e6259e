// The model against the kernel: after every random edit, a ping is answered if and only if it was predicted to be.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { predictExchange } from '../../../infra/predict/exchange.ts';
import type { Flow } from '../../../infra/predict/flow.ts';
import { ADDRESSES, type EditedLab, editedLab } from '../../support/edited-lab.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';
import { picker, randomEdit, randomNumbers } from '../../support/random-edits.ts';

/** Other edits: CNILAB_SEED=n; more of them: CNILAB_EDITS=n. */
const SEED = Number(process.env.CNILAB_SEED ?? 20_260);
const EDITS = Number(process.env.CNILAB_EDITS ?? 105);
/** Edits add up in one lab, then a fresh one is made. */
const EDITS_PER_LAB = 3;

let machine: PrivateHost;
beforeAll(async () => {
  machine = await privateHost('edited');
});
afterAll(() => machine?.close());

test(`${EDITS} random edits (seed ${SEED}): reachable as predicted`, { timeout: 20 * 60_000 }, async () => {
  console.log(`seed ${SEED}`);
  const random = randomNumbers(SEED);
  const pick = picker(random);
  const wrong: string[] = [];
  const seen = { answered: 0, silent: 0, unknown: 0 };
  let applied = 0;
  while (applied < EDITS) {
    const lab = await editedLab(machine);
    const history: string[] = [];
    // The underlay is a host like others, or it is what nobody observed.
    const hosts = [...lab.hosts.keys()].filter((name) => name !== 'underlay' || random() < 0.6);
    while (history.length < EDITS_PER_LAB && applied < EDITS) {
      const edit = randomEdit(pick);
      if (!hosts.includes(edit.host)) continue;
      const { exitCode } = await lab.sh(edit.host, edit.script);
      // What the kernel refuses (a route that is not there to be deleted) is no edit.
      if (exitCode !== 0) continue;
      applied++;
      history.push(`${edit.host}: ${edit.script}`);
      const flow = randomFlow(pick);
      const state = await lab.observe(hosts);
      const predicted = predictExchange(state, flow);
      const answered = await ping(lab, flow);
      if (predicted.outcome === 'unknown') seen.unknown++;
      else if (answered) seen.answered++;
      else seen.silent++;
      if (predicted.outcome !== 'unknown' && (predicted.outcome === 'delivered') !== answered) {
        const end = predicted.end;
        wrong.push(
          [
            `${JSON.stringify(flow)} ${answered ? 'is answered' : 'is not answered'}, predicted ${predicted.outcome}:`,
            `${end.kind === 'delivered' ? end.address : end.words}, after`,
            ...history.map((line) => `  ${line}`),
          ].join('\n'),
        );
      }
    }
    await lab.close();
  }
  console.log(seen, `${wrong.length} wrong`);
  expect(wrong.join('\n\n')).toBe('');
  // A model that cannot tell, or a lab where nothing changes, would agree with anything.
  expect(seen.unknown).toBeLessThan(EDITS / 5);
  expect(Math.min(seen.answered, seen.silent)).toBeGreaterThan(EDITS / 10);
});

function randomFlow(pick: ReturnType<typeof picker>): Flow {
  const from = pick(['a1', 'a1', 'b1', 'c1', 'a2', 'c2', 'n1', 'n2']);
  const to = pick([...Object.values(ADDRESSES), '10.42.1.1', '10.44.2.1', '10.42.2.0', '10.99.9.9']);
  return { from, to, size: pick([56, 56, 56, 56, 900, 1400]), df: pick(['want', 'want', 'do', 'dont']) };
}

async function ping(lab: EditedLab, { from, to, size, df }: Flow): Promise<boolean> {
  // An entry that is being asked for is asked for once a second: the answer may come a second late.
  const { stdout } = await lab.sh(
    from,
    `ping -n -c 1 -W 1.3 -s ${size} ${df === 'want' ? '' : `-M ${df}`} ${to}`,
  );
  return / 1 received/.test(stdout) && !stdout.includes('DIFFERENT ADDRESS');
}
