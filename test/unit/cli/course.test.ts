// What `course` says before anything is made: who takes part, which course is meant, whose name is taken.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StackRecord } from '../../../infra/state/stack-store.ts';
import { withLock } from '../../../scripts/setup/lock.mjs';
import { CliSandbox } from '../../support/cli-sandbox.ts';

const record = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'fixtures', 'record.json'), 'utf8'),
) as StackRecord;

let cli: CliSandbox;
beforeEach(() => {
  cli = new CliSandbox();
});
afterEach(() => cli.close());

const roster = (text: string) => {
  writeFileSync(cli.path('names.txt'), text);
  return cli.path('names.txt');
};
/** As if it had been made here: its instances are not. */
const addCourse = (name: string, ...students: readonly string[]) => {
  const { definition: lab, labFile, checkout } = record;
  const createdAt = new Date().toISOString();
  mkdirSync(cli.path('state', 'courses', name), { recursive: true });
  writeFileSync(
    cli.path('state', 'courses', name, 'course.json'),
    JSON.stringify({ name, lab, labFile, checkout, isolation: 'auto', students, createdAt }),
  );
};

const addInstance = (course: string, student: string) => {
  const labFile = path.resolve(import.meta.dirname, '..', '..', '..', 'labs', 'kindnet', 'lab.yaml');
  cli.addStack({
    ...record,
    ...{ labFile, stack: `${course}-${student}`, course, backendUrl: `course:${course}` },
  });
};

test('a wrong roster is told line by line, and nothing is made', async () => {
  const file = roster('ada\nAda L\nada\n');
  const { exitCode, stderr } = await cli.run(['course', 'up', 'kindnet', '--roster', file]);
  expect(stderr.replaceAll(file, 'names.txt')).toBe(
    `cnilab: names.txt:2: "Ada L": a name is lower-case letters, digits and "-", with a letter or digit at both ends
names.txt:3: "ada": it is on line 1 already
  → names are lower-case letters, digits and "-", each once, at most 500
`,
  );
  expect(exitCode).toBe(2);
  expect(await cli.run(['course', 'list', '--json'])).toMatchObject({ stdout: '{\n  "courses": []\n}\n' });
});

test('a roster is looked for where the user is', async () => {
  roster('ada\nada\n');
  const { stderr } = await cli.run(['course', 'up', 'kindnet', '--roster', 'names.txt'], {
    INIT_CWD: cli.directory,
  });
  expect(stderr).toContain('names.txt:2: "ada": it is on line 1 already');
});

test('whoever has begun with the bin reads its name', async () => {
  const said = async (...args: readonly string[]) => {
    const { stdout, stderr } = await cli.run(args, { CNILAB_CALLED_AS: 'cnilab' });
    return `${stdout}${stderr}`;
  };
  expect(await said('course', 'list')).toContain('cnilab course up <lab>');
  expect(await said('course', 'status')).toContain('cnilab course up <lab>');
  addCourse('monday', 's01');
  cli.addStack({ ...record, stack: 'monday-s01' });
  expect(await said('course', 'reset', 's01')).not.toContain('npm run');
});

test('without students a new course asks for them', async () => {
  const { exitCode, stderr } = await cli.run(['course', 'up', 'kindnet']);
  expect(stderr).toContain('say who takes part');
  expect(exitCode).toBe(2);
});

test('a name that another lab has is told before anything is made', async () => {
  cli.addStack({ ...record, stack: 'kindnet-ada' });
  const { exitCode, stderr } = await cli.run(['course', 'up', 'kindnet', '--roster', roster('bob\nada\n')]);
  expect(stderr).toContain(
    'stack "kindnet-ada", which would be ada\'s, holds a lab that is not of this course',
  );
  expect(exitCode).toBe(3);
  expect(await cli.run(['course', 'list'])).toMatchObject({ stdout: expect.stringContaining('no course') });
});

test('which course is meant: the only one, that of CNILAB_COURSE, or the question', async () => {
  addCourse('monday', 's01', 's02');
  const status = (args: readonly string[] = [], env = {}) => cli.run(['course', 'status', ...args], env);
  expect((await status()).stdout).toMatch(/^Course monday: /);
  addCourse('tuesday', 'ada');
  const asked = await status();
  expect(asked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('there are 2 courses') });
  expect((await status([], { CNILAB_COURSE: 'tuesday' })).stdout).toMatch(/^Course tuesday: /);
  const misspelt = await status(['--course', 'tusday']);
  expect(misspelt).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('did you mean "tuesday"?') });
});

test('which students are meant: named, or all, never by default where something would go', async () => {
  addCourse('monday', 's01', 's02');
  const said = async (...args: readonly string[]) => {
    const { exitCode, stderr } = await cli.run(['course', ...args]);
    expect(exitCode).toBe(2);
    return stderr;
  };
  expect(await said('reset')).toContain('say which student');
  expect(await said('reset', 's03')).toContain('course monday has no student "s03"');
  expect(await said('reset', 's01', '--all')).toContain('either students or everybody');
  expect(await said('checkpoint', 'restore', 'two', '--all')).toContain('no checkpoint "two"');
  expect(await said('fault', 'inject', 'route-misisng', '--all')).toContain('did you mean "route-missing"?');
});

test('an instance that does not stand is told, with the command that makes it', async () => {
  addCourse('monday', 's01', 's02');
  const { exitCode, stdout, stderr } = await cli.run(['course', 'exec', 'all', 'a', '--json', '--', 'true']);
  expect(JSON.parse(stdout).students).toEqual(
    ['s01', 's02'].map((student) => ({ student, outcome: 'failed', error: 'the instance is absent' })),
  );
  expect(stderr).toContain('2 of 2 could not be asked:\n  s01, s02: the instance is absent');
  expect(stderr).toContain('course up --course monday');
  expect(exitCode).toBe(3);
});

test('a lab that has the name of an instance is not entered in its place', async () => {
  addCourse('monday', 's01');
  cli.addStack({ ...record, stack: 'monday-s01' });
  for (const verb of [
    ['exec', 's01', 'a', '--', 'true'],
    ['shell', 's01'],
  ]) {
    const { exitCode, stderr } = await cli.run(['course', ...verb]);
    expect(stderr).toContain('holds a lab that is not of this course');
    expect(exitCode).toBe(3);
  }
});

test.each([[['up', 'kindnet', '--stack', 'monday-s01']], [['rebuild', 'monday-s01']]])(
  'a stack that is an instance is not for %j, and nothing of it is touched',
  async (args) => {
    addInstance('monday', 's01');
    const { exitCode, stdout, stderr } = await cli.run(args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(
      'stack "monday-s01" is an instance of course monday, which no Pulumi stack stands for',
    );
    expect(stderr).toContain('course reset s01 --course monday   makes it anew');
  },
);

test('down --all takes courses down, and tells which stacks stood', async () => {
  addCourse('monday', 's01', 's02');
  addInstance('monday', 's01');
  const { exitCode, stdout, stderr } = await cli.run(['down', '--all', '--json']);
  expect([exitCode, JSON.parse(stdout)]).toEqual([0, { stacks: ['monday-s01'] }]);
  expect(stderr).toBe('Course monday is down; nothing of it is left.\n');
  expect(JSON.parse((await cli.run(['down', 'kindnet', '--json'])).stdout)).toEqual({ stacks: [] });
});

test('Ctrl-C ends down --all when it is at a course', async () => {
  addCourse('monday', 's01');
  addInstance('monday', 's01');
  cli.addStack({ ...record, stack: 'other' });
  const stack = cli.path('state', 'stacks', 'monday-s01');
  // Another command works on the instance.
  const release = Promise.withResolvers<void>();
  const held = withLock(
    stack,
    () => undefined,
    () => release.promise,
  );
  const { child, output } = cli.start(['down', '--all']);
  while (!output.stderr.includes('s01  waits for another command')) await delay(20);
  child.kill('SIGINT');
  await delay(100);
  release.resolve();
  await held;
  expect((await child).exitCode).toBe(130);
  expect(output.stderr).toMatch(/^cnilab: stopped; not everything is down/m);
  expect(['other', 'monday-s01'].filter((one) => existsSync(cli.path('state', 'stacks', one)))).toHaveLength(
    2,
  );
});

test('what is wrong with an instance is mended by its course', async () => {
  addInstance('monday', 's01');
  const again = 'npm run -s lab -- course up --course monday   builds it again';
  expect((await cli.run(['status', 'monday-s01'])).stdout).toContain(`→ ${again}\n`);
  expect((await cli.run(['diagnose', '--stack', 'monday-s01'])).stderr).toContain(`→ ${again}\n`);
});
