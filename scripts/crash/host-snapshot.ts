// The machine's own network, rules, sysctls and mounts, read before, during and after a lab to see that nothing changed.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { exec } from '../../infra/util/exec.ts';
import { searchPath } from '../../infra/util/tools.ts';

/** Section → lines, so that a comparison shows which line is new or gone. */
export type HostState = Readonly<Record<string, readonly string[]>>;

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  links: ['ip', '-j', '-d', 'link'],
  addresses: ['ip', '-j', 'addr'],
  'IPv4 routes': ['ip', '-j', '-4', 'route', 'show', 'table', 'all'],
  'IPv6 routes': ['ip', '-j', '-6', 'route', 'show', 'table', 'all'],
  // Those that somebody put there: what the machine has learned comes and goes with its own traffic.
  neighbours: ['ip', '-j', 'neigh', 'show', 'nud', 'permanent'],
  'IPv4 rules': ['ip', '-j', '-4', 'rule'],
  'IPv6 rules': ['ip', '-j', '-6', 'rule'],
  'bridge FDB': ['bridge', '-j', 'fdb'],
  'named network namespaces': ['ip', '-j', 'netns'],
  nftables: ['nft', '-j', 'list', 'ruleset'],
  iptables: ['iptables-save'],
  ip6tables: ['ip6tables-save'],
  'iptables-legacy': ['iptables-legacy-save'],
};

/** Keys of JSON rows that change by themselves: counters, ages, what time does to a cache entry. */
const VOLATILE_KEYS = new Set([
  ...['stats', 'stats64', 'packets', 'bytes', 'metainfo'],
  ...['valid_life_time', 'preferred_life_time', 'expires', 'cache', 'used', 'confirmed', 'updated', 'probes'],
  ...['state', 'gc_timer', 'message_age_timer', 'hello_timer', 'topology_change_timer', 'ageing'],
]);

/** Sysctls that are measurements, or seeds the kernel draws anew. */
const VOLATILE_SYSCTLS = /nf_conntrack_count$|\/stable_secret$|fib_multipath_hash_seed$|tcp_fastopen_key$/;

/**
 * Reads it all. What this user may not see (rules, as an ordinary user) is left out, the same every time.
 *
 * @param enter argv before every command, to look into another network namespace
 */
export async function hostSnapshot(enter: readonly string[] = []): Promise<HostState> {
  const env = { PATH: searchPath(), LANG: 'C' };
  const tables = Object.entries(COMMANDS).map(async ([name, argv]) => {
    const { exitCode, stdout } = await exec([...enter, ...argv], { env, timeoutMs: 30_000 });
    return [name, exitCode === 0 ? normalised(stdout) : ['(cannot be read)']] as const;
  });
  const all = await Promise.all([
    ...tables,
    sysctls('/proc/sys/net').then((lines) => ['sysctls', lines] as const),
    mounts().then((lines) => ['mounts', lines] as const),
  ]);
  return Object.fromEntries(all);
}

/** One line for each row (JSON) or each rule (iptables-save); without what changes by itself. */
export function normalised(output: string): readonly string[] {
  const text = output.trim();
  if (text.startsWith('[') || text.startsWith('{')) {
    const data = JSON.parse(text) as unknown;
    const rows = Array.isArray(data) ? data : ((data as { nftables?: unknown[] }).nftables ?? [data]);
    return rows
      .map((row) => JSON.stringify(row, (key, value) => (VOLATILE_KEYS.has(key) ? undefined : value)))
      .sort();
  }
  // Not sorted: the order of rules is what they mean.
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/\[\d+:\d+\]/g, '[]'));
}

/** What is in `after` and not in `before` (+), and the other way round (-). */
export function hostDifferences(before: HostState, after: HostState): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((section) => {
    const [old, now] = [before[section] ?? [], after[section] ?? []];
    const gone = old.filter((line) => !now.includes(line)).map((line) => `- ${section}: ${line}`);
    const added = now.filter((line) => !old.includes(line)).map((line) => `+ ${section}: ${line}`);
    const moved = gone.length + added.length === 0 && old.join('\n') !== now.join('\n');
    return moved ? [`~ ${section}: the order or the number of lines changed`] : [...gone, ...added];
  });
}

async function sysctls(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !VOLATILE_SYSCTLS.test(file))
    .sort();
  const values = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => undefined)));
  return files.flatMap((file, index) =>
    values[index] === undefined ? [] : [`${file} = ${values[index].trim()}`],
  );
}

/** mountinfo (proc(5)) without the ids that the kernel numbers on. */
async function mounts(): Promise<readonly string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(' ').slice(2).join(' '))
    .sort();
}
