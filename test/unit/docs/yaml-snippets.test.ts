// Every YAML block of the documents is what it looks like: a lab, a part of one, explanations, the settings of a stack.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { backendNames, loadBackend } from '../../../infra/backends/registry.ts';
import { parseExplanations } from '../../../infra/parity/parse-explanations.ts';
import { type DocBlock, docBlocks, documents } from '../../support/doc-blocks.ts';
import { type AroundSnippet, allLabs, labProblem, partProblem } from '../../support/lab-snippet.ts';

type Mapping = Readonly<Record<string, unknown>>;

const LABS = path.resolve(import.meta.dirname, '..', '..', '..', 'labs');
const blocks = documents.flatMap((document) => docBlocks(document, 'yaml'));

test('there are some', () => {
  expect(blocks.length).toBeGreaterThan(10);
});

test.each(blocks)('$place', async (block) => {
  expect(await problemOf(block)).toBeUndefined();
});

test.each([
  ['a lab', 'name: demo\ncluster: { nodes: [] }\nnetwork: { type: kindnett, podCIDR: 10.0.0.0/8 }\n'],
  ['a part', 'workloads: [{ name: web, replica: 2 }]\n'],
  ['an experiment', '- { name: across, kind: ping, from: web-1, to: nobody }\n'],
  ['a check', '- { name: routes, at: web-1, table: roots, expect: [] }\n'],
  ['an expectation', 'expect: { $cuont: 2 }\n'],
  ['an explanation', '- { experiment: routes, backend: kinnd, expect: fail, why: because }\n'],
  ['settings', 'config: { "cnilab:k3s": { verison: v1 } }\n'],
  ['something else', 'just words\n'],
])('%s that is wrong is found', async (_, text) => {
  expect(await problemOf({ document: 'README.md', place: 'here', text })).toEqual(expect.any(String));
});

/** What is wrong with a block; undefined when nothing is. */
async function problemOf(block: DocBlock): Promise<string | undefined> {
  const { text, document } = block;
  const data = /^(expect: .*\n)+$/.test(text) ? {} : (parseYaml(text) as unknown);
  if (data === null) return schemaLineProblem(text);
  if (isLab(data)) return labProblem(text, configsBeside(block));
  if (typeof data === 'object' && 'config' in data) return settingsProblem(data.config as Mapping);
  if (Array.isArray(data) && data.every((one) => 'experiment' in one)) return explanationsProblem(text);
  return partProblem(text, labsOf(document));
}

const isLab = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && 'cluster' in data && 'name' in data;

/** Labs that stand on the same page as a whole. */
function labsOf(document: string): readonly AroundSnippet[] {
  return docBlocks(document, 'yaml').flatMap((block) => {
    const raw = /^(expect: .*\n)+$/.test(block.text) ? {} : parseYaml(block.text);
    return isLab(raw) ? [{ raw: raw as Mapping, configs: configsBeside(block) }] : [];
  });
}

/** A page shows the one file of a lab's `configs` as JSON. */
function configsBeside({ document, text }: DocBlock): Readonly<Record<string, string>> {
  if (!/^ *configs: /m.test(text)) return {};
  return Object.fromEntries(docBlocks(document, 'json').map((json, at) => [`${at}.conflist`, json.text]));
}

function schemaLineProblem(text: string): string | undefined {
  const schema = /^# yaml-language-server: \$schema=(\S+)\n$/.exec(text)?.[1];
  if (schema === undefined) return 'there is nothing in it';
  return existsSync(path.join(LABS, 'any', schema))
    ? undefined
    : `there is no ${schema} beside a lab's directory`;
}

/** Right when it is right for one of the labs. */
function explanationsProblem(text: string): string | undefined {
  const problems = allLabs.map(({ experiments }) => {
    try {
      parseExplanations(text, 'snippet', experiments, backendNames());
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  });
  return problems.includes(undefined) ? undefined : problems.join('\n');
}

async function settingsProblem(config: Mapping): Promise<string | undefined> {
  for (const [key, values] of Object.entries(config)) {
    const name = key.replace('cnilab:', '');
    if (name === 'backend' && backendNames().includes(String(values))) continue;
    if (!backendNames().includes(name)) return `there is no ${key}`;
    const { settings = {} } = await loadBackend(name);
    const unknown = Object.keys(values as Mapping).find((one) => !Object.hasOwn(settings, one));
    if (unknown !== undefined) return `backend ${name} has no setting ${unknown}`;
  }
  return undefined;
}
