// Every verb that shows what was observed, of a lab in which every text is an attack on the terminal.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliSandbox } from '../../support/cli-sandbox.ts';
import { BAD_LAB, record, results } from '../../support/recorded-lab.ts';

const HOSTILE = '\u001b]0;owned\u0007\u001b[2J\u009b2J\u202e<img src=x onerror=alert(1)>';
/** Everything that is no line, no tab and no style of a report. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is them that are looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const NO_STYLE = /\u001b(?!\[(?:1|2|22|31|32|33|39)m)/;
const OBEYED = new RegExp(`${CONTROLS.source}|${NO_STYLE.source}`);

let cli: CliSandbox;
beforeAll(() => {
  cli = new CliSandbox();
  const [experiment] = results.experiments;
  const [check] = experiment?.checks ?? [];
  const hostile = {
    ...experiment,
    title: HOSTILE,
    reason: HOSTILE,
    checks: [{ ...check, name: HOSTILE, claim: HOSTILE, observed: HOSTILE, differences: [HOSTILE] }],
    observed: { stdout: HOSTILE, [HOSTILE]: [HOSTILE] },
  };
  cli.addStack(
    { ...record, labFile: cli.labFile(BAD_LAB), definition: { ...record.definition, title: HOSTILE } },
    { ...results, experiments: [hostile] } as typeof results,
  );
});
afterAll(() => cli.close());

describe('a terminal gets lines and nothing else from', () => {
  it.each([
    ['results', [record.stack]],
    ['results', [record.stack, '--json']],
    ['status', ['--stack', record.stack]],
    ['list', []],
    ['list', ['--json']],
    ['diagnose', ['--stack', record.stack]],
    ['exec', ['@', '--stack', record.stack]],
    ['validate', ['@']],
    ['up', ['@']],
    ['@', []],
  ])('%s %j (@ is hostile, too)', async (...[verb, words]) => {
    const args = [verb, ...words].map((word) => word.replace('@', HOSTILE));
    const { stdout, stderr } = await cli.run(args, { FORCE_COLOR: '1' });
    expect(`${stdout}${stderr}`).not.toBe('');
    expect(`${stdout}${stderr}`).not.toMatch(OBEYED);
  });

  it('validate, of a lab file that is full of them', async () => {
    const text = BAD_LAB.replace(
      'name: bad',
      `name: ${JSON.stringify(HOSTILE)}\n${JSON.stringify(HOSTILE)}: 1`,
    );
    const { stderr, exitCode } = await cli.run(['validate', cli.labFile(text)]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('owned');
    expect(stderr).not.toMatch(OBEYED);
  });

  it('report, whose page has no markup of theirs', async () => {
    const file = cli.path('report.html');
    await cli.run(['report', '--stack', record.stack, '-o', file]);
    const page = readFileSync(file, 'utf8');
    expect(page).toContain('owned');
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(OBEYED);
    expect(page).toMatch(/http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;/);
  });
});
