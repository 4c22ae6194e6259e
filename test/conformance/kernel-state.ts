// Everything of a network namespace that a plugin can change, and the files that it and the runtime keep.
import { CACHE_DIR } from '../../infra/observe/script.ts';
import { MARK_PREFIX, MARKING, splitSections } from '../../infra/observe/sections.ts';
import { LIMIT_MS, LOG, POD_NETNS, type SideNode } from './side-node.ts';

/** Of one namespace: a table's name → what it holds. */
export type NetnsState = Readonly<Record<string, unknown>>;

export interface State {
  readonly node: NetnsState;
  /** Undefined when it is gone. */
  readonly pod: NetnsState | undefined;
  /** Path → content: leases, the result cache, what plugins keep. */
  readonly files: Readonly<Record<string, unknown>>;
}

/** Of every namespace: each prints one JSON document, but for the last two. */
const TABLES = {
  link: 'ip -j -d link show',
  addr: 'ip -j addr show',
  route: 'ip -j -d route show table all',
  rule: 'ip -j rule show',
  rule6: 'ip -j -6 rule show',
  qdisc: 'tc -j qdisc show',
  vlan: 'bridge -j vlan show',
  nft: 'nft -s list ruleset',
  // nf_conntrack_count and the like count what passes.
  sysctl: 'grep -rsH . /proc/sys/net --exclude=*_count --exclude=*stable_secret --exclude=*_key',
} as const;

const DIRS = ['/var/lib/cni', '/run/cni-ipam-state', '/run/cni'];

const READ = `mark=$1
${MARKING}
tables() {
  ${Object.entries(TABLES)
    .map(([name, command]) => `begin $1-${name}; ${command}; end $1-${name} $?`)
    .join('\n  ')}
}
case $2 in
node)
  tables node
  [ -e ${POD_NETNS} ] && nsenter --net=${POD_NETNS} sh -c "$3" pod "$mark" pod "$3"
  begin files; grep -arsH "" ${DIRS.join(' ')}; end files 0
  begin log; [ ! -e ${LOG} ] || cat ${LOG}; : >${LOG}; end log 0;;
pod) tables pod;;
esac
exit 0
`;

/** Timers, counters and numbers that say when a thing was made, not what it is. */
const TRANSIENT = new Set([
  ...['ifindex', 'link_index', 'link_netnsid', 'operstate', 'valid_life_time', 'preferred_life_time'],
  ...['handle', 'tentative', 'refcnt', 'peer_ifindex', 'topology_change', 'topology_change_detected'],
]);

/** And what the plugins' recorders have written since the last time. @throws Error when a tool fails */
export async function readState(node: SideNode): Promise<State & { readonly log: string }> {
  const argv = ['sh', '-c', READ, 'state', `${MARK_PREFIX}state`, 'node', READ];
  const { exitCode, stdout, stderr } = await node.host.run(argv, { timeoutMs: LIMIT_MS });
  if (exitCode !== 0)
    throw new Error(
      `the node’s state cannot be read (exit code ${exitCode}): ${stderr || stdout.slice(-200)}`,
    );
  const sections = splitSections(stdout, stderr);
  const tables = (where: 'node' | 'pod') =>
    Object.fromEntries(
      Object.keys(TABLES).map((name) => {
        const section = sections.get(`${where}-${name}`);
        if (!section || (section.exitCode !== 0 && name !== 'sysctl'))
          throw new Error(`${where}: ${name} cannot be read: ${section?.stderr}`);
        return [name, tableOf(name, section.text)];
      }),
    );
  return {
    node: tables('node'),
    pod: sections.has('pod-link') ? tables('pod') : undefined,
    files: Object.fromEntries(
      Object.entries(linesByFile(sections.get('files')?.text ?? '')).map(([path, text]) => [
        path,
        path.startsWith(CACHE_DIR) ? cacheEntry(text) : text,
      ]),
    ),
    log: sections.get('log')?.text ?? '',
  };
}

/** What the plugins' recorders have written since the last time. */
export function takeLog(node: SideNode): Promise<string> {
  return node.sh(`cat ${LOG} 2>/dev/null; : >${LOG}`);
}

function tableOf(name: string, text: string): unknown {
  if (name === 'nft') return rulesByTable(text);
  if (name === 'sysctl') return linesByFile(text);
  const rows = text.trim() === '' ? [] : JSON.parse(text, lasting);
  return name === 'route' ? rows.filter(({ dst }: { dst?: string }) => dst !== 'ff00::/8') : rows;
}

/** In which order tables were made decides nothing, and firewall 1.1.1 makes them in Go's random order of a map. */
function rulesByTable(text: string): Record<string, readonly string[]> {
  const tables = text.split(/^(?=table )/m).map((table) => table.trimEnd().split('\n'));
  return Object.fromEntries(tables.map(([head = '', ...lines]) => [head, lines]));
}

/** A reviver: what is transient is left out, and carriers that are about to come. */
function lasting(key: string, value: unknown): unknown {
  if (TRANSIENT.has(key) || key.endsWith('_timer')) return undefined;
  if (key === 'flags' && Array.isArray(value))
    return value.filter((flag) => !['NO-CARRIER', 'LOWER_UP', 'linkdown'].includes(flag));
  return value;
}

/** grep's `path:line`, joined again. */
function linesByFile(text: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (!line.startsWith('/')) continue;
    const path = line.slice(0, colon);
    files[path] = path in files ? `${files[path]}\n${line.slice(colon + 1)}` : line.slice(colon + 1);
  }
  return files;
}

/** An entry of the result cache; its configuration is text in base64. */
function cacheEntry(text: string): unknown {
  const entry = JSON.parse(text);
  return { ...entry, config: Buffer.from(entry.config, 'base64').toString() };
}
