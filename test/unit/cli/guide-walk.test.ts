// `guide` on a terminal of 80 columns, as far as no lab is needed: questions, and how the walk words what it says.
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AtTerminal } from '../../support/at-terminal.ts';
import { CliSandbox } from '../../support/cli-sandbox.ts';
import { BAD_LAB, record } from '../../support/recorded-lab.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');
const ANSWER = '<details><summary>Answer</summary>\n\nIt is **63**.\n\n</details>';

let cli: CliSandbox;
let person: AtTerminal | undefined;
beforeEach(() => {
  cli = new CliSandbox();
});
afterEach(() => {
  person?.end();
  cli.close();
});

function writeGuide(guide: string): void {
  const labFile = cli.labFile(BAD_LAB);
  writeFileSync(cli.path('lab', 'README.md'), `# Lab bad\n\n${guide}\n`);
  cli.addStack({ ...record, labFile });
}

function walks(guide: string): AtTerminal {
  writeGuide(guide);
  const argv = [process.execPath, path.join(ROOT, 'scripts', 'cnilab.ts'), 'guide', '--trust'];
  person = new AtTerminal(argv, { ...cli.env, SHELL: '/bin/sh' }, ROOT, 80);
  return person;
}

test('Enter alone gives the hint, and the answer only when it comes again', async () => {
  const one = walks(
    `> **Question.** Which TTL?\n\n<details><summary>Hint</summary>\n\nCount.\n\n</details>\n\n${ANSWER}`,
  );
  await one.until('Your answer (Enter: a hint, ? helps): ');
  one.type('');
  expect(await one.until('Your answer (Enter: the answer, ? helps): ')).toMatch(/\n\nCount\.\n/);
  one.type('h');
  expect(await one.until('Your answer')).toContain('There is no further hint.');
  one.type('');
  expect(await one.until('takes the lab down')).toMatch(
    /\n\nIt is 63\.\n\nThat was the guide\. 0 of 1 question/,
  );
  expect(await one.exitCode()).toBe(0);
});

test('without a hint the first Enter says how the answer is to be had', async () => {
  const one = walks(`> **Question.** Which TTL?\n\n${ANSWER}`);
  await one.until('Your answer (? helps): ');
  one.type('');
  const asked = await one.until('Your answer (Enter: the answer, ? helps): ');
  expect(asked).toContain('Enter once more shows the answer.');
  expect(asked).not.toContain('63');
  one.type('63');
  expect(await one.until('takes the lab down')).toMatch(
    /Right\.\n\nIt is 63\.\n\nThat was the guide\. 1 of 1 question/,
  );
});

test('without a terminal, commands are named that mean the same guide, wherever its lab is kept', async () => {
  writeGuide('Text.');
  const { stderr } = await cli.run(['guide'], { CNILAB_STACK: 'bad' });
  expect(stderr).toContain('npm run -s lab -- guide --render --stack bad   is');
  expect(stderr).toContain('npm run -s lab -- guide --list --stack bad   shows');
  const down = await cli.run(['guide', cli.path('lab', 'lab.yaml'), '--stack', 'other']);
  expect(down.stderr).toContain(`guide --list ${cli.path('lab', 'lab.yaml')} --stack other   shows`);
});

test('where the output is another it is said how to see what the guide shows; no line is broken inside a word', async () => {
  const one = walks(`\`\`\`console\n$ echo this\nthat\n\`\`\`\n\n> **Question.** Which TTL?\n\n${ANSWER}`);
  await one.until('Enter runs it, ? helps: ');
  one.type('?');
  const help = await one.until('Enter runs it');
  one.type('');
  const ran = await one.until('Your answer');
  expect(ran).toContain('(The guide shows something else here. To see it, go back with b, then type e.)');
  one.type('b');
  await one.until('Enter runs it, ? helps: ');
  one.type('e');
  expect(await one.until('Enter runs it')).toMatch(/e\nthat\n/);
  one.type('s');
  await one.until('Your answer');
  one.type('?');
  const asked = await one.until('Your answer');
  expect(asked.replaceAll('\n', ' ')).toContain(
    'Enter alone: first a hint, if there is one; once more: the answer',
  );
  one.type('q');
  expect(await one.until('from there')).toContain('npm run -s lab -- guide --stack bad   goes on');
  for (const line of `${help}\n${ran}\n${asked}`.split('\n')) expect(line.length, line).toBeLessThan(80);
});

test('a guide that did not come with cnilab is run by nobody who has not agreed', async () => {
  const escaped = cli.path('escaped');
  writeGuide(`\`\`\`console\n$ touch ${escaped}\n\`\`\`\n\n## 2. More\n\nText.`);
  for (const option of ['--check', '--update', '--render']) {
    const { stderr, exitCode } = await cli.run(['guide', option]);
    expect(stderr).toContain('did not come with cnilab: its commands would run in a shell on this machine');
    expect(stderr).toContain(`npm run -s lab -- guide ${option} --trust --stack bad   runs it all the same`);
    expect(exitCode).toBe(2);
  }
  const argv = [process.execPath, path.join(ROOT, 'scripts', 'cnilab.ts'), 'guide', '--from', '2'];
  person = new AtTerminal(argv, { ...cli.env, SHELL: '/bin/sh' }, ROOT, 80);
  await person.until('Enter trusts it, anything else leaves: ');
  person.type('no');
  expect(await person.exitCode()).toBe(0);
  expect(existsSync(escaped)).toBe(false);
  expect((await cli.run(['guide', '--check', '--trust'])).exitCode).toBe(0);
  expect(existsSync(escaped)).toBe(true);
});
