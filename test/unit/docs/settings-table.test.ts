// docs/backends.md has every setting of every backend, with its default, and no other.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { backendNames, backendTraits, loadBackend } from '../../../infra/backends/registry.ts';

const file = path.resolve(import.meta.dirname, '..', '..', '..', 'docs', 'backends.md');
const guide = readFileSync(file, 'utf8');
/** Heading of the table with what all Kubernetes backends have. */
const COMMON = 'Of all but `netns`';
/** Not of clusters that are not cnilab's own, as the guide says below that table. */
const ONLY_OF_OWN_CLUSTERS: readonly string[] = ['systemPods', 'podIPv6'];

test.each(backendNames())('the settings of %s are in the tables', async (name) => {
  const { settings = {} } = await loadBackend(name);
  const common = backendTraits(name).kubernetes ? tableUnder(COMMON) : [];
  const rows = [...tableUnder(`\`${name}\``), ...common].filter(
    ({ key }) => name !== 'existing' || !ONLY_OF_OWN_CLUSTERS.includes(key),
  );
  const inCode = Object.entries(settings).map(([key, one]) => ({ key, default: one.default ?? '' }));
  expect(sorted(rows)).toEqual(sorted(inCode));
});

interface Row {
  readonly key: string;
  readonly default: string;
}

/** Rows of the table under a heading of the third level; none where there is no such heading. */
function tableUnder(heading: string): readonly Row[] {
  const [, section = ''] = guide.split(`\n### ${heading}\n`);
  const [body = ''] = section.split(/\n##+ /);
  return [...body.matchAll(/^\| `(\w+)` \| ?(.*?) ?\| .+ \|$/gm)].map(
    ([, key = '', standard = '']): Row => ({ key, default: standard }),
  );
}

function sorted(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}
