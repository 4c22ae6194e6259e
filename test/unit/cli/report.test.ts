// `report` of a lab that is dead: where it is written, and what it says where there is little to say.
import { readFileSync } from 'node:fs';
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
