// `report` of a lab that is dead: where it is written, and what it says where there is little to say.
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LabResults } from '../../../infra/experiments/result.ts';
import type { StackRecord } from '../../../infra/state/stack-store.ts';
import { CliSandbox } from '../../support/cli-sandbox.ts';

const fixture = (name: string) =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'fixtures', name), 'utf8'));
const record = fixture('record.json') as StackRecord;
const results = fixture('results.json') as LabResults;

let cli: CliSandbox;
beforeEach(() => {
  cli = new CliSandbox();
});
afterEach(() => cli.close());

/** As npm starts it: in the checkout, with the user’s directory told beside. */
const report = (...args: readonly string[]) => cli.run(['report', ...args], { INIT_CWD: cli.directory });

test('is written where its user is, and its path is one that works there', async () => {
  cli.addStack(record, results);
  const { stdout, stderr, exitCode } = await report();
  expect({ stdout, exitCode }, stderr).toEqual({ stdout: `${record.stack}-report.html\n`, exitCode: 0 });
  expect(stderr).toContain('so the report has no drawing of it: the lab under stack');
  const named = await report('-o', 'made/here.html');
  expect(named.stdout).toBe('made/here.html\n');
  const page = readFileSync(cli.path('made', 'here.html'), 'utf8');
  expect(page).toContain(`<title>${record.lab}: ${results.verdict} (cnilab report)</title>`);
  expect(page).toContain(
    `<code>${cli.path('state', 'stacks', record.stack, 'results', 'results.json')}</code>`,
  );
});

test('of a lab that no experiment has been run on: no verdict, and no results to look at', async () => {
  cli.addStack(record);
  await report();
  const page = readFileSync(cli.path(`${record.stack}-report.html`), 'utf8');
  expect(page).toContain(`<title>${record.lab}: no experiment has been run (cnilab report)</title>`);
  expect(page).not.toContain('All that was observed');
  expect(page).not.toContain('Choose something in the drawing');
});

test('a capture that cannot be read costs the bytes of its packets, and is told', async () => {
  const [wrong] = results.experiments;
  const witness = { says: null, words: 'nothing' };
  const evidence = { cni: witness, kernel: witness, packets: witness, disagrees: null, conclusion: 'so' };
  const ping = { from: 'p-1', to: 'p-2', transmitted: 1, received: 1 };
  const observed = { ping, taps: [], journeys: [], packets: [], noise: [], evidence };
  const experiments = ['empty', 'large', 'gone'].map((name) => ({
    ...(wrong as LabResults['experiments'][number]),
    ...{ name, kind: 'journey', observed, artifacts: [`captures/${name}.pcapng`] },
  }));
  cli.addStack(record, { ...results, experiments });
  const captures = cli.path('state', 'stacks', record.stack, 'results', 'captures');
  mkdirSync(captures);
  writeFileSync(path.join(captures, 'empty.pcapng'), '');
  writeFileSync(path.join(captures, 'large.pcapng'), '');
  truncateSync(path.join(captures, 'large.pcapng'), 17 * 1024 * 1024);
  const { exitCode, stderr } = await report();
  expect(exitCode, stderr).toBe(0);
  const page = readFileSync(cli.path(`${record.stack}-report.html`), 'utf8');
  expect(page).toContain('Here are no captured packets: captures/empty.pcapng: not a pcapng file');
  expect(page).toContain('Here are no captured packets: captures/large.pcapng: 17 MiB, more than 16.');
  expect(page).toContain('Here are no captured packets: captures/gone.pcapng: ENOENT');
});
