// Files for /etc/cni/net.d: those a runtime would read must be network configurations (CNI spec 1.1, section 1).
import { z } from 'zod';
import { excerpt } from './excerpt.ts';
import { findJsonError } from './json-error.ts';
import type { Problem } from './problem.ts';
import type { Report } from './report.ts';
import type { RawLab } from './schema.ts';
import { list } from './suggest.ts';

/** Extensions that libcni's ConfFiles takes for configuration; anything else in the directory is ignored by it. */
const READ = /\.(conflist|conf|json)$/;

const plugin = z.looseObject({ type: z.string({ error: 'must be text: the name of a plugin' }) });
const conflist = z.looseObject({
  name: z.string({ error: 'must be text: the name of the network' }).min(1, 'must not be empty'),
  plugins: z.array(plugin, { error: 'must be a list of plugins' }).min(1, 'must have at least one plugin'),
});
const conf = z.looseObject({
  name: z.string({ error: 'must be text: the name of the network' }).min(1, 'must not be empty'),
  type: z.string({ error: 'must be text: the name of a plugin' }),
});

/** @param configs base name → content */
export function checkConfigs(raw: RawLab, configs: Readonly<Record<string, string>>, report: Report): void {
  const { network } = raw;
  const directory = network.configs ?? 'configs';
  for (const [name, text] of Object.entries(configs)) {
    if (!READ.test(name)) continue;
    const problem = checkFile(`${directoryOf(report.source.file)}${directory}/${name}`, name, text);
    if (problem) report.add(problem);
  }
  if (network.podCIDR6 === undefined) checkPlaceholder(raw, configs, report);
  if (network.type !== 'conflist') return;
  if (network.configs === undefined)
    report.at(
      ['network'],
      'a network of type conflist needs the conflist',
      'add configs: <directory beside lab.yaml with a .conflist file in it>',
    );
  else if (!Object.keys(configs).some((name) => READ.test(name)))
    report.at(
      ['network', 'configs'],
      `there is no network configuration in ${directory}`,
      `files that a runtime reads end in .conflist, .conf or .json; found: ${list(Object.keys(configs)) || 'nothing'}`,
    );
}

/** What would be left in the file as it is, for a plugin to stumble over. */
function checkPlaceholder(raw: RawLab, configs: Readonly<Record<string, string>>, report: Report): void {
  const file = Object.keys(configs).find((name) => configs[name]?.includes('@POD_CIDR6@'));
  if (file !== undefined && raw.network.type === 'conflist')
    report.at(
      ['network'],
      `@POD_CIDR6@ in ${file} stands for the node's IPv6 podCIDR, and the lab has none`,
      'add podCIDR6',
    );
}

function checkFile(file: string, name: string, text: string): Problem | undefined {
  const broken = findJsonError(text);
  if (broken)
    return problem(file, text, broken.offset, `not JSON: ${broken.message}`, 'check commas and quotes');
  const parsed = (name.endsWith('.conflist') ? conflist : conf).safeParse(JSON.parse(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path ?? [];
    const key = path.at(-1);
    const offset = Math.max(0, text.indexOf(`"${String(key)}"`));
    const what =
      path.length === 0
        ? 'a network configuration must be a JSON object'
        : `"${path.join('.')}" ${issue?.message}`;
    const needs = name.endsWith('.conflist') ? 'name and plugins' : 'name and type';
    return problem(file, text, offset, what, `${name} needs ${needs} (CNI specification, section 1)`);
  }
  const { data } = parsed;
  const types =
    'plugins' in data ? (data.plugins as { type: string }[]).map((p) => p.type) : [data.type as string];
  for (const type of types) {
    const offset = Math.max(0, text.indexOf(JSON.stringify(type)));
    if (type === '')
      return problem(
        file,
        text,
        offset,
        'a plugin has an empty type',
        'type is the file name of the plugin, such as ptp',
      );
    if (/[/\\]/.test(type) || type === '.' || type === '..')
      return problem(
        file,
        text,
        offset,
        `the plugin type "${type}" is a path`,
        `type is a bare file name, looked for in the plugin directory: "${type.split(/[/\\]/).at(-1)}"`,
      );
  }
  return undefined;
}

function problem(file: string, text: string, offset: number, message: string, hint: string): Problem {
  const before = text.slice(0, offset).split('\n');
  const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  const shown = excerpt(text, position);
  return { file, ...position, path: '', message, hint, ...(shown !== undefined && { excerpt: shown }) };
}

function directoryOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '';
}
