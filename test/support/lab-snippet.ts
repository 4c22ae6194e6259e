// Judges a piece of YAML as documents show it: a whole lab, or a part of one, which is put into a lab that has what it speaks of.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml, stringify } from 'yaml';
import { loadLab } from '../../infra/lab/load.ts';
import { parseLabSource } from '../../infra/lab/parse.ts';
import { LabError } from '../../infra/lab/problem.ts';
import { resolveLab } from '../../infra/lab/resolve.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** A lab that a part is put into, with the files of its `network.configs`. */
export interface AroundSnippet {
  readonly raw: Mapping;
  readonly configs: Readonly<Record<string, string>>;
}

const LABS = path.resolve(import.meta.dirname, '..', '..', 'labs');

export const labNames: readonly string[] = readdirSync(LABS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'stacks')
  .map(({ name }) => name);

/** The labs of the project. */
export const allLabs = await Promise.all(labNames.map((name) => loadLab(path.join(LABS, name, 'lab.yaml'))));

/** Hosts of the usual names, for parts that no lab is around. */
const USUAL: AroundSnippet = {
  raw: {
    name: 'usual',
    cluster: { nodes: [{ name: 'n1' }, { name: 'n2' }] },
    network: { type: 'flannel', podCIDR: '10.42.0.0/16' },
    workloads: ['web', 'db', 'pod'].map((name) => ({ name, replicas: 4 })),
  },
  configs: {},
};

const AROUND: readonly AroundSnippet[] = [
  USUAL,
  ...labNames.map((name, at) => ({
    raw: parseYaml(readFileSync(path.join(LABS, name, 'lab.yaml'), 'utf8')) as Mapping,
    configs: allLabs[at]?.network.configs ?? {},
  })),
];

/** Why a text is no lab file; undefined when it is one. */
export function labProblem(text: string, configs: AroundSnippet['configs'] = {}): string | undefined {
  try {
    const { raw, source } = parseLabSource(text, 'snippet');
    resolveLab(raw, source, configs);
    return undefined;
  } catch (error) {
    if (error instanceof LabError) return error.message;
    throw error;
  }
}

/**
 * Why nothing can be made of a text that is a part of a lab file: some of its keys, experiments, checks, or lines of `expect:`.
 * It is right when it is in one of the labs around: that of its page, one of the project's, or one with hosts of the usual names.
 */
export function partProblem(text: string, ofItsPage: readonly AroundSnippet[]): string | undefined {
  const part = partOf(text);
  if (part === undefined) return 'it is no part of a lab file';
  const problems = [...ofItsPage, ...AROUND].map(({ raw, configs }) =>
    labProblem(stringify({ ...raw, experiments: [], ...part(raw) }), 'network' in part(raw) ? {} : configs),
  );
  return problems.includes(undefined) ? undefined : problems.join('\n');
}

/** The keys of a lab file that the part stands for. */
function partOf(text: string): ((around: Mapping) => Mapping) | undefined {
  if (/^(expect: .*\n)+$/.test(text)) {
    const expected = text.trim().split('\n');
    return () => ({
      experiments: expected.map((line, at) => ({
        name: `line-${at}`,
        kind: 'ping',
        ...ends('web-1', 'web-2'),
        checks: [{ name: line, select: 'replies', ...(parseYaml(line) as Mapping) }],
      })),
    });
  }
  const data: unknown = parseYaml(text);
  if (!Array.isArray(data)) return typeof data === 'object' && data ? () => data as Mapping : undefined;
  if (data.every((one: Mapping) => 'kind' in one)) return () => ({ experiments: data });
  if (!data.every((one: Mapping) => 'expect' in one)) return undefined;
  const name = 'checks';
  if (data.every((one: Mapping) => 'table' in one))
    return () => ({ experiments: [{ name, kind: 'inspect', checks: data }] });
  return ({ workloads }) => {
    const [from, to] = (workloads as readonly { name: string; kind?: string }[]).map((each) =>
      each.kind === 'pod' ? each.name : `${each.name}-1`,
    );
    return { experiments: [{ name, kind: 'learning', ping: ends(from, to), checks: data }] };
  };
}

const ends = (from: unknown, to: unknown) => ({ from, to });
