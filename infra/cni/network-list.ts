// A network configuration list (CNI spec 1.1.0, section 1): parsed and checked where it enters.
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { findJsonError } from '../lab/json-error.ts';
import { chooseVersion, SUPPORTED_VERSIONS } from './version.ts';

/** One plugin of a list, keys that we do not know included. */
export interface PluginConf {
  readonly type: string;
  readonly capabilities?: Readonly<Record<string, boolean>> | undefined;
  readonly [key: string]: unknown;
}

export interface NetworkList {
  readonly name: string;
  /** The version that its plugins are spoken to with: the highest that it offers and we know. */
  readonly cniVersion: string;
  readonly plugins: readonly PluginConf[];
  readonly disableCheck: boolean;
  readonly disableGC: boolean;
  /**
   * The list as JSON text: the file's own; that of the list a single-plugin file was wrapped in; or, with plugins from
   * files of their own, all of them inlined, so that it can be undone when those files have changed.
   */
  readonly source: string;
  /** Base name of the file it came from; empty when it came from none. */
  readonly file: string;
  /** Files that plugins were appended from, in order. */
  readonly appended: readonly string[];
}

/** A file with the object of one plugin, `<network name>/<base name>.conf`. */
export interface PluginFile {
  readonly name: string;
  readonly content: string;
}

/** The plugin files of a network, by its name, in their order. */
export type PluginFilesOf = (network: string) => readonly PluginFile[];

/** A configuration that no runtime can use. */
export class NetworkListError extends Error {
  override readonly name = 'NetworkListError';
}

/** Of network names and container IDs. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

const version = z
  .string('must be text, such as "1.0.0"')
  .regex(/^\d+\.\d+\.\d+$/, 'must be a version, such as "1.0.0"');
const type = z
  .string('must be text: the file name of a plugin, such as "ptp"')
  .min(1, 'must not be empty: it is the file name of a plugin, such as "ptp"')
  .refine((text) => !/[/\\]/.test(text) && text !== '.' && text !== '..', {
    error: ({ input }) =>
      `${JSON.stringify(input)} is a path, but must be a bare file name: plugins are looked for in the plugin directories only`,
  });
const name = z
  .string('must be text: the name of the network')
  .regex(NAME, 'must be letters, digits, "_", "." and "-", starting with a letter or digit');
/** libcni takes the word for the truth value as well, however it is written. */
const flag = z
  .union([z.boolean(), z.string().regex(/^(true|false)$/i, 'must be true or false')], 'must be true or false')
  .transform((value) => `${value}`.toLowerCase() === 'true')
  .default(false);
const plugin = z.looseObject(
  {
    type,
    capabilities: z
      .record(z.string(), z.boolean('must be true or false'), 'must be an object')
      .nullish()
      .transform((value) => value ?? undefined),
  },
  'must be an object with the "type" of a plugin',
);
const common = {
  cniVersion: version.optional(),
  cniVersions: z.array(version, 'must be a list of versions').optional(),
  name,
};
const conflist = z.looseObject(
  {
    ...common,
    disableCheck: flag,
    disableGC: flag,
    loadOnlyInlinedPlugins: flag,
    plugins: z.array(plugin, 'must be a list of plugins').min(1, 'must have at least one plugin').optional(),
  },
  'must be a JSON object with name and plugins',
);
const conf = z.looseObject({ ...common, ...plugin.shape }, 'must be a JSON object with name and type');

/**
 * Reads a file of a CNI configuration directory. A name that ends in `.conflist` holds a list; any other a single
 * plugin, which is wrapped in a list of its own.
 * @param pluginFilesOf appended to a list, unless it says `loadOnlyInlinedPlugins`
 * @throws NetworkListError with file:line:column and what is wrong
 */
export function parseNetworkFile(
  file: string,
  text: string,
  pluginFilesOf: PluginFilesOf = () => [],
): NetworkList {
  if (file.endsWith('.conflist')) return parseNetworkList(text, file, pluginFilesOf);
  const raw = parseJson(file, text);
  // Loopback files in the wild (CRI-O's among them) have no name.
  const named = isObject(raw) && raw.type === 'loopback' ? { name: 'loopback', ...raw } : raw;
  const only = check(conf, file, text, named);
  const { name, cniVersion, cniVersions, ...rest } = only;
  const list = { cniVersion, ...(cniVersions && { cniVersions }), name, plugins: [rest] };
  return build(file, text, check(conflist, file, text, list), JSON.stringify(list));
}

/** @throws NetworkListError */
export function parseNetworkList(
  text: string,
  file = '',
  pluginFilesOf: PluginFilesOf = () => [],
): NetworkList {
  const raw = parseJson(file, text);
  const list = check(conflist, file, text, raw);
  const more = list.loadOnlyInlinedPlugins ? [] : pluginFilesOf(list.name);
  if (more.length === 0) return build(file, text, list, text);
  const appended = more.map(({ name, content }) => check(plugin, name, content, parseJson(name, content)));
  const plugins = [...(list.plugins ?? []), ...appended];
  const source = JSON.stringify({ ...(raw as object), loadOnlyInlinedPlugins: true, plugins });
  return { ...build(file, text, { ...list, plugins }, source), appended: more.map(({ name }) => name) };
}

function build(file: string, text: string, list: z.infer<typeof conflist>, source: string): NetworkList {
  const { name, plugins, disableCheck, disableGC } = list;
  if (!plugins) throw failure(file, text, ['plugins'], 'must be a list of plugins');
  // A file without any version is of the time before there were versions (libcni takes it for 0.1.0).
  const offered = [...(list.cniVersions ?? []), ...(list.cniVersion ? [list.cniVersion] : [])];
  const cniVersion = chooseVersion(offered.length > 0 ? offered : ['0.1.0']);
  if (cniVersion === undefined) {
    const known = SUPPORTED_VERSIONS.join(', ');
    throw failure(file, text, ['cniVersion'], `${offered.join(', ')} is not a version we speak: ${known}`);
  }
  return { name, cniVersion, plugins, disableCheck, disableGC, source, file, appended: [] };
}

function parseJson(file: string, text: string): unknown {
  if (text.trim() === '')
    throw new NetworkListError(`${file}: is empty; a CNI configuration is a JSON object`);
  const broken = findJsonError(text);
  if (broken === undefined) return JSON.parse(text);
  const before = text.slice(0, broken.offset).split('\n');
  const at = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  throw new NetworkListError(`${file || 'configuration'}:${at}: not JSON: ${broken.message}`);
}

function check<T>(schema: z.ZodType<T>, file: string, text: string, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw failure(file, text, issue?.path ?? [], issue?.message ?? 'is not valid');
}

function failure(file: string, text: string, path: readonly PropertyKey[], what: string): NetworkListError {
  const lines = new LineCounter();
  // JSON is YAML, and the YAML reader remembers where things are.
  const document = parseDocument(text, { lineCounter: lines });
  const keys = path.map((key) => (typeof key === 'number' ? key : String(key)));
  let node: unknown;
  for (let depth = keys.length; depth >= 0 && !node; depth--)
    node = document.getIn(keys.slice(0, depth), true);
  const start = (node as { range?: readonly number[] } | undefined)?.range?.[0] ?? 0;
  const { line, col } = lines.linePos(start);
  const where = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  const subject = where === '' ? '' : `${where.replace(/^\./, '')} `;
  return new NetworkListError(`${file || 'configuration'}:${line}:${col}: ${subject}${what}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
