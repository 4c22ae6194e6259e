// The guides: every command in them can be typed, and everything they promise is asserted by the lab they belong to.
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { commandsOf, type Guide } from '../../../infra/guide/guide.ts';
import { parseGuide } from '../../../infra/guide/parse-guide.ts';
import type { Lab } from '../../../infra/lab/lab.ts';
import { loadLab } from '../../../infra/lab/load.ts';
import { machines } from '../../../infra/lab/machines.ts';
import { claimsOf as claimsOfOne, experimentsOf } from '../../../scripts/cli/guide/experiments-of.ts';
import { createProgram } from '../../../scripts/cli/program.ts';
import {
  experimentsNamedIn,
  type InlineCommand,
  inlineCommandsOf,
  linkedFiles,
  type NpmRun,
  npmRunsOf,
  tablesReadBy,
} from '../../support/guide-references.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');
const VERBS = createProgram(() => {}).commands.map((command) => command.name());

const rows = (letter: string, numbers: readonly number[]) => numbers.map((n) => `${letter}${n}`);
/** `least`: commands that the guide has more of. The claims: what of the two articles these labs reproduce, and what the others claim; row by row, so that a row that gets lost is named. */
const GUIDES = [
  {
    name: 'kindnet',
    least: 30,
    claims: rows('K', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]),
  },
  {
    name: 'flannel',
    least: 30,
    claims: rows('F', [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
  },
  {
    name: 'services',
    least: 30,
    claims: rows('S', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
  },
  { name: 'faults', least: 30, claims: [] },
  { name: 'dual-stack', least: 30, claims: rows('D', [1, 2, 3, 4, 5, 6, 7, 8, 9]) },
  { name: 'mesh', least: 10, claims: rows('M', [1, 2, 3, 4, 5]) },
] as const;

test('every lab has a guide here', () => {
  const labs = readdirSync(path.join(ROOT, 'labs'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'stacks')
    .map((entry) => entry.name);
  expect(GUIDES.map(({ name }) => name as string).toSorted()).toEqual(labs.toSorted());
});

describe.each(GUIDES)('the guide of lab $name', ({ name, claims, least }) => {
  const directory = path.join(ROOT, 'labs', name);
  let guide: string;
  let parsed: Guide;
  let lab: Lab;
  let scripts: readonly string[];
  beforeAll(async () => {
    guide = await readFile(path.join(directory, 'README.md'), 'utf8');
    parsed = parseGuide(guide);
    lab = await loadLab(path.join(directory, 'lab.yaml'));
    scripts = Object.keys(JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')).scripts);
  });

  test.each(claims)('%s is asserted by a check and shown in a step', (claim) => {
    expect(claimsOf(lab)).toContain(claim);
    expect(guide).toContain(`[${claim}]`);
  });

  test('is in the format, and asks what it can answer and check', () => {
    expect(parsed.problems).toEqual([]);
    for (const { items } of parsed.sections) {
      for (const item of items) {
        if (item.kind === 'question')
          expect(item, `line ${item.line}`).toMatchObject({ answer: expect.any(String) });
        if (item.kind !== 'check') continue;
        expect(experimentsOf(item, lab.experiments), `line ${item.line}`).not.toEqual([]);
        const names = lab.experiments.map((experiment) => experiment.name);
        expect(item.experiments.filter((one) => !names.includes(one))).toEqual([]);
        expect(item.claims.filter((claim) => !claimsOf(lab).includes(claim))).toEqual([]);
      }
    }
  });

  test('asks something in every numbered section', () => {
    const silent = parsed.sections
      .filter(({ title, items }) => /^\d+\./.test(title) && !items.some(({ kind }) => kind === 'question'))
      .map(({ title }) => title);
    expect(silent).toEqual([]);
  });

  test('names no claim that the lab does not assert', () => {
    const named = [...guide.matchAll(/\[([KFSDM]\d+)\](?!\()/g)].map(([, claim]) => claim);
    expect(named.filter((claim) => !claimsOf(lab).includes(claim ?? ''))).toEqual([]);
  });

  test('has commands only for scripts, verbs, nodes, pods, containers and experiments that exist', () => {
    const commands = [...commandsOf(parsed), ...inlineCommandsOf(guide)];
    expect(commands.length).toBeGreaterThan(least);
    const problems = commands.flatMap((command) =>
      npmRunsOf(command.text).flatMap((run) =>
        problemsOf(run, lab, scripts).map((problem) => said(command, problem)),
      ),
    );
    expect(problems).toEqual([]);
  });

  test('asks nothing of the reader but the lab, jq and a shell', () => {
    const others = commandsOf(parsed).filter(
      ({ text }) => !/^(npm run |jq |echo |export [A-Z_]+=\S+$|[A-Z0-9]+=\$\()/.test(text),
    );
    expect(others.map((command) => said(command, 'is something else'))).toEqual([]);
  });

  test('sets every variable before it uses it', () => {
    const known = new Set<string>();
    const unknown: string[] = [];
    for (const command of commandsOf(parsed)) {
      const outer = command.text.replace(/'[^']*'/g, '');
      const set = /^([A-Z][A-Z0-9]*)=/.exec(outer)?.[1];
      // Its own value may be printed on the same line.
      for (const [, used = ''] of outer.matchAll(/\$([A-Z][A-Z0-9]*)/g))
        if (!known.has(used) && used !== set) unknown.push(said(command, `$${used} is not set yet`));
      if (set !== undefined) known.add(set);
    }
    expect(unknown).toEqual([]);
  });

  test('reads tables only of experiments that look at them', () => {
    const missing = commandsOf(parsed).flatMap((command) =>
      tablesReadBy(command.text)
        .filter(({ experiment, table }) => !tablesOf(lab, experiment).includes(table))
        .map(({ experiment, table }) => said(command, `${experiment} does not observe ${table}`)),
    );
    expect(missing).toEqual([]);
  });

  test('points at experiments and files that are there', () => {
    const experiments = lab.experiments.map((experiment) => experiment.name);
    const named = experimentsNamedIn(guide);
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((one) => !experiments.includes(one))).toEqual([]);
    expect(linkedFiles(guide).filter((file) => !existsSync(path.join(directory, file)))).toEqual([]);
  });
});

const said = ({ line, text }: InlineCommand, problem: string) =>
  `line ${line}: ${problem}: ${text.split('\n')[0]}`;

function claimsOf(lab: Lab): readonly string[] {
  return lab.experiments.flatMap(claimsOfOne);
}

/** Keys of what an inspect experiment observes: `<host>.<table>` or `lab.<table>`. */
function tablesOf(lab: Lab, name: string): readonly string[] {
  const experiment = lab.experiments.find((one) => one.name === name);
  if (experiment?.kind !== 'inspect') return [];
  return experiment.checks.map(({ at, table }) => `${at ?? 'lab'}.${table}`);
}

function problemsOf({ script, words }: NpmRun, lab: Lab, scripts: readonly string[]): readonly string[] {
  if (!scripts.includes(script)) return [`there is no script "${script}"`];
  const [separator, ...args] = words;
  if (words.length > 0 && separator !== '--') return ['npm keeps what is not behind --'];
  const stack = args[args.indexOf('--stack') + 1];
  const dashes = args.indexOf('--');
  const own = dashes === -1 ? args : args.slice(0, dashes);
  const wrongStack =
    own.includes('--stack') && stack !== lab.name ? [`the stack is ${lab.name}, not ${stack}`] : [];
  if (script === 'lab') return [...wrongStack, ...verbProblems(args, lab)];
  if (script === 'up' || script === 'down') return [...wrongStack, ...labProblems(own, lab)];
  return wrongStack;
}

/** `up` and `down` take a lab: this one, or a file of the reader's own. */
function labProblems([word]: readonly string[], lab: Lab): readonly string[] {
  if (word === undefined || word.startsWith('-') || word.startsWith('./') || word === lab.name) return [];
  return [`"${word}" is not this lab`];
}

function verbProblems([verb = '', ...args]: readonly string[], lab: Lab): readonly string[] {
  if (!VERBS.includes(verb)) return [`there is no verb "${verb}"`];
  const words = args.filter((word) => !word.startsWith('-'));
  if (verb === 'exec') return execProblems(args, lab);
  if (verb === 'verify') {
    const experiments: readonly string[] = lab.experiments.map((experiment) => experiment.name);
    return words
      .filter((word) => !experiments.includes(word))
      .map((word) => `there is no experiment "${word}"`);
  }
  return verb === 'results' && words.some((word) => word !== lab.name) ? [`the stack is ${lab.name}`] : [];
}

function execProblems([target = '', ...rest]: readonly string[], lab: Lab): readonly string[] {
  const pods = lab.workloads.flatMap((workload) => workload.pods);
  const targets = [
    ...machines(lab).map((machine) => machine.name),
    ...pods.flatMap((pod) => [
      pod.name,
      ...pod.containers.map((container) => `${pod.name}/${container.name}`),
    ]),
  ];
  if (!targets.includes(target)) return [`there is no node, pod or container "${target}"`];
  return rest[0] === '--' && rest.length > 1 ? [] : ['the command goes behind --'];
}
