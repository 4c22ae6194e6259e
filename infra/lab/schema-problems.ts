// Turns what the schema library found into sentences: what was found, what is wanted, what was probably meant.
import type { z } from 'zod';
import type { Path, Problem } from './problem.ts';
import { keysAt, valueAt } from './schema-at.ts';
import { type LabSource, type Part, problemAt } from './source.ts';
import { list, nearest } from './suggest.ts';

type Issue = z.core.$ZodIssue;
interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly part?: Part;
}

/** One problem (or, for unknown keys, several) for every issue; each at its own place in the file. */
export function schemaProblems(
  issues: readonly Issue[],
  schema: z.core.$ZodType,
  data: unknown,
  source: LabSource,
): readonly Problem[] {
  const unknown = new Map<string, readonly string[]>();
  for (const issue of issues)
    if (issue.code === 'unrecognized_keys') unknown.set(JSON.stringify(issue.path), issue.keys);
  return (
    issues
      .flatMap((issue) => findings(issue, schema, data, unknown))
      // Thousands of them are one mistake, such as a file of another kind: finding each one's place would take minutes.
      .slice(0, 200)
      .map((f) => problemAt(source, f.path, f.message, f.hint, f.part))
  );
}

function findings(
  issue: Issue,
  schema: z.core.$ZodType,
  data: unknown,
  unknown: ReadonlyMap<string, readonly string[]>,
): readonly Finding[] {
  const path = issue.path as Path;
  const found = valueAt(data, path);
  const meant = meantBranch(issue);
  if (meant) {
    return meant.flatMap((inner) =>
      findings({ ...inner, path: [...issue.path, ...inner.path] }, schema, data, unknown),
    );
  }
  if (issue.code === 'unrecognized_keys') {
    const keys = keysAt(schema, path, data);
    const present = Object.keys(valueAt(data, path) as object);
    const free = keys.filter((key) => !present.includes(key));
    return issue.keys.slice(0, 200).map((key) => {
      const near = nearest(key, free) ?? nearest(key, keys);
      const hint = near === undefined ? `keys there are: ${list(keys)}` : `did you mean "${near}"?`;
      return {
        path: [...path, key],
        message: `unknown key "${key}"${inside(path)}`,
        hint,
        part: 'key' as const,
      };
    });
  }
  if (found === undefined) {
    const parent = path.slice(0, -1);
    // The misspelt key is reported by itself; saying that its right form is missing would be saying it twice.
    const keys = keysAt(schema, parent, data);
    const misspelt = (unknown.get(JSON.stringify(parent)) ?? [])
      .slice(0, 200)
      .some((key) => nearest(key, keys) === path.at(-1));
    return misspelt ? [] : [missing(issue, path, data)];
  }
  return [{ path, ...wrong(issue, found) }];
}

function missing(issue: Issue, path: Path, data: unknown): Finding {
  const parent = path.slice(0, -1);
  const key = String(path.at(-1));
  const written = valueAt(data, parent);
  const near =
    typeof written === 'object' && written !== null ? nearest(key, Object.keys(written)) : undefined;
  const values = choices(issue);
  const hint =
    near !== undefined
      ? `is "${near}" meant to be "${key}"?`
      : values.length > 0
        ? `one of: ${list(values)}`
        : undefined;
  return { path: parent, message: `missing key "${key}"${inside(parent)}`, hint };
}

function wrong(issue: Issue, found: unknown): { message: string; hint?: string | undefined } {
  switch (issue.code) {
    case 'invalid_type':
      return {
        message: `expected ${wanted(issue.expected)}, found ${describe(found)}`,
        hint: typeHint(issue.expected, found),
      };
    case 'invalid_value':
    case 'invalid_union': {
      const values = choices(issue);
      if (values.length === 0)
        return { message: 'a number here must be finite: .inf and .nan cannot be compared with anything' };
      const near = typeof found === 'string' ? nearest(found, values) : undefined;
      return {
        message: `${describe(found)} is not one of: ${list(values)}`,
        hint: near === undefined ? undefined : `did you mean "${near}"?`,
      };
    }
    case 'too_small':
    case 'too_big': {
      const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum;
      const bound = issue.code === 'too_small' ? 'at least' : 'at most';
      if (issue.origin === 'string') {
        if (found === '') return { message: 'this text must not be empty' };
        return {
          message: `this text must have ${bound} ${limit} characters, it has ${String(found).length}`,
        };
      }
      if (issue.origin === 'array')
        return { message: `expected ${bound} ${limit} here, found ${(found as unknown[]).length}` };
      return { message: `${describe(found)} is out of range: must be ${bound} ${limit}` };
    }
    case 'invalid_format':
      return format(issue.format, issue.message, String(found));
    default:
      return { message: issue.message };
  }
}

function format(name: string, message: string, found: string): { message: string; hint?: string } {
  if (name === 'ipv4')
    return { message: `"${found}" is not an IPv4 address`, hint: 'write it like 192.168.49.2' };
  if (name === 'cidrv4')
    return { message: `"${found}" is not an IPv4 range`, hint: 'write it like 10.244.0.0/16' };
  const label = found
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return {
    message: `"${found}" cannot be used: ${message}`,
    ...(message.includes('RFC 1123') && label !== '' && label !== found && { hint: `such as "${label}"` }),
  };
}

/** What is wrong with it in the first branch of a union that takes a value of its type; undefined where none does. */
function meantBranch(issue: Issue): readonly Issue[] | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  return issue.errors.find(
    (branch) =>
      branch.length > 0 && !branch.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
}

/** The values that an enum, a literal or a discriminator allows. */
function choices(issue: Issue): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code === 'invalid_union' && 'options' in issue) return (issue.options ?? []).map(String);
  return [];
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
};
function wanted(type: string): string {
  return NAMES[type] ?? type;
}

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  // As YAML writes them (1.2.2, section 10.2.1.4).
  if (Number.isNaN(value)) return '.nan, which is no number';
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    return `${value < 0 ? '-' : ''}.inf, which has no end`;
  const shown = JSON.stringify(value) ?? String(value);
  const short = shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
  return typeof value === 'string' ? `the text ${short}` : `the ${typeof value} ${String(value)}`;
}

function typeHint(expected: string, found: unknown): string | undefined {
  if (expected === 'string' && (Number.isFinite(found) || typeof found === 'boolean'))
    return `put it in quotes: "${found}"`;
  if (expected === 'array' && typeof found === 'string')
    return `write a list: [${found.trim().split(/\s+/).slice(0, 8).join(', ')}]`;
  if (expected === 'array' && typeof found === 'object' && found !== null)
    return 'start each element with "- "';
  if (expected === 'boolean' && /^(yes|on|y)$/i.test(String(found))) return 'write true';
  if (expected === 'boolean' && /^(no|off|n)$/i.test(String(found))) return 'write false';
  if ((expected === 'number' || expected === 'int') && typeof found === 'string' && /^\d+$/.test(found))
    return `write it without quotes: ${found}`;
  return undefined;
}

function inside(path: Path): string {
  if (path.length === 0) return '';
  const shown = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return ` in ${shown.replace(/^\./, '')}`;
}
