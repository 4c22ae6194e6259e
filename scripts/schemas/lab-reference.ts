// docs/lab-file-reference.md: every key of a lab file, from the schema that editors are given. Pure.
import { stringify } from 'yaml';
import { discriminatorOf, type JsonSchema, variantsOf } from './json-schema.ts';
import { typeWords } from './type-words.ts';

interface Section {
  readonly heading: string;
  readonly schema: JsonSchema;
  readonly level: number;
  /** Which keys of the schema are told; the others are told elsewhere. */
  readonly keys: readonly string[];
  /** Of the mapping whose keys tell it apart: its kinds. */
  readonly variants?: readonly JsonSchema[];
}

const HEAD = `# The lab file, key by key

Written from the schema in the code (\`node scripts/write-schemas.ts\`), which is also what editors complete lab files by
([labs/lab.schema.json](../labs/lab.schema.json)) and what mistakes are found by. [lab-file.md](lab-file.md) says what it is all for.

A *label* has lower-case letters, digits and \`-\`, at most 63 (RFC 1123). A *matcher* says what an observed value has to be:
[assertions.md](assertions.md). Texts of experiments may hold [templates](lab-file.md#templates).
`;

/** Where a shared part is told that has a page of its own. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  matcher: '[matcher](assertions.md)',
  fault: '[fault](faults.md)',
};

/** @param schema of a lab file, as published */
export function labReference(schema: JsonSchema): string {
  // Of those that are no mapping, some have a page of their own and some are only half of one that refers to itself.
  const parts = Object.entries(schema.$defs ?? {}).filter(([, part]) => part.properties ?? variantsOf(part));
  const sections = [
    ...sectionsOf('Top level', schema, 2),
    ...parts.flatMap(([name, part]) => sectionsOf(name, part, 2)),
  ];
  const link = (to: JsonSchema | string) => {
    if (typeof to === 'string') return ELSEWHERE[to] ?? linkTo(to);
    const heading = sections.find((section) => section.schema === to)?.heading;
    if (heading === undefined) throw new Error(`no section tells of ${JSON.stringify(to)}`);
    return linkTo(heading, 'mapping');
  };
  return [HEAD, ...sections.map((section) => written(section, link))].join('\n');
}

/** A mapping, and behind it the mappings in it. */
function sectionsOf(heading: string, schema: JsonSchema, level: number): readonly Section[] {
  const variants = variantsOf(schema);
  if (!variants) return [...own(heading, schema, level, Object.keys(schema.properties ?? {}))];
  const key = discriminatorOf(variants);
  const [first = {}, ...others] = variants;
  const common = Object.keys(first.properties ?? {}).filter(
    (name) =>
      name === key || others.every(({ properties }) => same(properties?.[name], first.properties?.[name])),
  );
  return [
    { heading, schema, level, keys: common, variants },
    ...variants.flatMap((variant) => {
      const keys = Object.keys(variant.properties ?? {}).filter((name) => !common.includes(name));
      const name = `${heading} with ${key}: ${String(variant.properties?.[key]?.const)}`;
      return own(name, variant, level + 1, keys);
    }),
  ];
}

function own(
  heading: string,
  schema: JsonSchema,
  level: number,
  keys: readonly string[],
): readonly Section[] {
  const prefix = heading === 'Top level' ? '' : `${heading.replace(/ with \w+: /, ' ')}.`;
  return [
    { heading, schema, level, keys },
    ...keys.flatMap((key) => {
      const value = schema.properties?.[key] ?? {};
      const inner = value.type === 'array' ? (value.items ?? {}) : value;
      if (!inner.properties && !inner.oneOf) return [];
      return sectionsOf(`${prefix}${key}${inner === value ? '' : '[]'}`, inner, Math.max(level, 2));
    }),
  ];
}

function written(
  { heading, schema, level, keys, variants }: Section,
  link: (to: JsonSchema | string) => string,
) {
  const of = variants?.[0] ?? schema;
  const rows = keys.map((key) => {
    const value = of.properties?.[key] ?? {};
    const needed = of.required?.includes(key);
    const told = variants && key === discriminatorOf(variants);
    return [
      `\`${key}\``,
      told
        ? variants.map((each) => `\`${String(each.properties?.[key]?.const)}\``).join(' or ')
        : typeWords(value, link),
      needed ? 'required' : inYaml(value.default),
      told ? 'Which of those below it is.' : (value.description ?? ''),
      told ? inYaml(variants[0]?.properties?.[key]?.const) : inYaml(value.examples?.[0]),
    ];
  });
  const table = ['| key | what | default | meaning | example |', '|---|---|---|---|---|', ...rows.map(row)];
  const lines = [
    `${'#'.repeat(level)} ${heading}`,
    '',
    ...(schema.description ? [schema.description, ''] : []),
  ];
  return [...lines, ...(rows.length > 0 ? [...table, ''] : [])].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => escaped(cell)).join(' | ')} |`;
}

/** Pipes end a cell even in code; outside of code, `<name>` would be HTML. */
function escaped(cell: string): string {
  const parts = cell.replaceAll('|', '\\|').split('`');
  return parts.map((part, at) => (at % 2 === 0 ? part.replaceAll(/<(?=\w)/g, '\\<') : part)).join('`');
}

/** On one line, as it could stand in a lab file; nothing of undefined. */
function inYaml(value: unknown): string {
  if (value === undefined) return '';
  const text = stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true });
  return `\`${text.trimEnd()}\``;
}

function linkTo(heading: string, text = heading): string {
  const anchor = heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
  return `[${text}](#${anchor})`;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
