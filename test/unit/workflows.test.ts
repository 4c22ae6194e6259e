// What the workflows rely on is there: scripts, options, backends, labs, settings, packages; and they are pinned and have few rights.
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { labProblem } from '../../infra/backends/lab-problem.ts';
import { backendNames, backendTraits, loadBackend } from '../../infra/backends/registry.ts';
import { loadLab } from '../../infra/lab/load.ts';
import { exec } from '../../infra/util/exec.ts';
import { parseSettings, toldSettings } from '../../scripts/cli/backend-settings.ts';
import { findLabFile } from '../../scripts/cli/lab-files.ts';
import { type NightOptions, parseNightOptions } from '../../scripts/nightly/options.ts';
import { CNI_PLUGINS_PACKAGE, SYSTEM_TOOLS } from '../../scripts/setup/system-tools.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const FILES = globSync('.github/{workflows,actions}/**/*.yml', { cwd: ROOT }).sort();

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly steps: readonly Step[];
  readonly permissions?: unknown;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix: { readonly include: readonly Readonly<Record<string, string>>[] } };
}
interface Workflow {
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs?: Readonly<Record<string, Job>>;
  readonly runs?: { readonly steps: readonly Step[] };
}

const text = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const read = (file: string) => parse(text(file)) as Workflow;
const stepsOf = ({ jobs = {}, runs }: Workflow) => [
  ...(runs?.steps ?? []),
  ...Object.values(jobs).flatMap(({ steps }) => steps),
];

const project = JSON.parse(text('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

test('there are two workflows, and what they share', () => {
  expect(FILES).toEqual([
    '.github/actions/prepare/action.yml',
    '.github/workflows/ci.yml',
    '.github/workflows/nightly.yml',
  ]);
});

describe.each(FILES)('%s', (file) => {
  const workflow = read(file);

  test('actions of others are pinned by commit, with the version beside it; our own are there', () => {
    const uses = [...text(file).matchAll(/uses: (\S+)(.*)$/gm)];
    expect(uses).toHaveLength(stepsOf(workflow).filter((step) => step.uses !== undefined).length);
    for (const [, action = '', comment = ''] of uses) {
      if (action.startsWith('./'))
        expect(existsSync(path.join(ROOT, action, 'action.yml')), action).toBe(true);
      else expect(`${action}${comment}`).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test('every npm script is one of package.json, on the Node of package.json', () => {
    const scripts = stepsOf(workflow).flatMap(({ run = '' }) => [
      ...[...run.matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, name]) => name),
      ...[...run.matchAll(/\bnpm (test)\b/g)].map(([, name]) => name),
    ]);
    expect(scripts.filter((name) => project.scripts[name ?? ''] === undefined)).toEqual([]);
    expect(scripts.length).toBeGreaterThan(0);
    for (const step of stepsOf(workflow).filter(({ uses }) => uses?.startsWith('actions/setup-node@')))
      expect(`^${step.with?.['node-version']}.0.0`).toBe(project.devDependencies.node);
  });

  test('no expression is put into a script: it could hold any', () => {
    expect(stepsOf(workflow).filter(({ run }) => run?.includes('${{'))).toEqual([]);
  });

  test('may read the source and nothing else, has a time limit, and leaves no credentials', () => {
    if (workflow.jobs === undefined) return;
    expect([workflow.permissions, workflow.concurrency !== undefined]).toEqual([{ contents: 'read' }, true]);
    for (const job of Object.values(workflow.jobs)) {
      expect(job.permissions).toBeUndefined();
      expect(job['timeout-minutes']).toBeGreaterThan(0);
    }
    for (const step of stepsOf(workflow).filter(({ uses }) => uses?.startsWith('actions/checkout@')))
      expect(step.with).toEqual({ 'persist-credentials': false });
  });
});

test('the packages that are installed are those that set-up would ask for on Debian', () => {
  const [, list = ''] = /--no-install-recommends \\\n(.*)$/m.exec(text(FILES[0] ?? '')) ?? [];
  const wanted = new Set([
    ...SYSTEM_TOOLS.map(({ packages }) => packages.debian),
    CNI_PLUGINS_PACKAGE.debian,
  ]);
  expect(list.trim().split(' ')).toEqual([...wanted].sort());
});

describe('the night', () => {
  const jobs = read('.github/workflows/nightly.yml').jobs ?? {};
  const matrix = jobs.night?.strategy?.matrix.include ?? [];

  test('every backend that makes clusters of its own has its own', () => {
    expect(matrix.map(({ backend }) => backend)).toEqual(
      backendNames().filter((name) => !backendTraits(name).foreign),
    );
  });

  test.each(matrix)(
    '$backend: the command that is run is understood, and its labs can run there',
    async (row) => {
      const options = await asRun(row);
      expect(options).toMatchObject({ backend: row.backend, repeats: 2, ledger: ['nights.jsonl'] });
      expect(options.machine).toBe('github-X64');
      expect(options.labs ?? []).toEqual(row.labs === '' ? [] : row.labs?.split(','));
      const backend = await loadBackend(row.backend ?? '');
      const told = toldSettings(backend, parseSettings(options.set), {});
      expect(Object.keys(told)).toHaveLength(
        row.settings === '' ? 0 : (row.settings ?? '').split(' ').length,
      );
      for (const word of options.labs ?? []) {
        const lab = await loadLab(await findLabFile(word, [ROOT]));
        expect(labProblem(backend.name, lab), `${word} on ${backend.name}`).toBeUndefined();
      }
    },
  );

  test('what it writes is what is kept, and the ledger is there again in the next night', () => {
    const steps = jobs.night?.steps ?? [];
    const of = (action: string) => steps.filter(({ uses }) => uses?.startsWith(`actions/${action}@`));
    const [restore] = of('cache/restore');
    const [save] = of('cache/save');
    expect(restore?.with?.path).toBe('nights.jsonl');
    expect(save?.with).toEqual({ path: 'nights.jsonl', key: restore?.with?.key });
    expect(String(save?.with?.key)).toMatch(/^nightly-ledger-\$\{\{ matrix\.backend \}\}-/);
    expect(String(save?.with?.key).startsWith(String(restore?.with?.['restore-keys']))).toBe(true);
    expect(of('upload-artifact').map((step) => step.with?.path)).toEqual(['nightly/night', 'nights.jsonl']);
  });

  /** The step's own script in bash, with an npm that only says how it was called. */
  async function asRun(row: Readonly<Record<string, string>>): Promise<NightOptions> {
    const step = jobs.night?.steps.find(({ name }) => name === 'The night');
    expect(Object.keys(step?.env ?? {})).toEqual(['BACKEND', 'LABS', 'SETTINGS', 'REPEATS']);
    const { backend = '', labs = '', settings = '' } = row;
    const env = { BACKEND: backend, LABS: labs, SETTINGS: settings, REPEATS: '2', RUNNER_ARCH: 'X64' };
    const script = `npm() { printf '%s\\0' "$@"; }\n${step?.run}`;
    const said = await exec(['bash', '-e', '-o', 'pipefail', '-c', script], {
      env: { PATH: process.env.PATH ?? '', ...env },
    });
    const [run, silent, verb, dashes, ...words] = said.stdout.split('\0').slice(0, -1);
    expect([said.exitCode, run, silent, verb, dashes]).toEqual([0, 'run', '-s', 'nightly', '--']);
    return parseNightOptions(words);
  }
});
