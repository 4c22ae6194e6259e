// What has to be run on a host so that its state becomes another one: a shell script for each host, and what none can do. Pure.
import { routeLine, ruleLine } from '../../observe/lines.ts';
import { shellWord } from '../../util/shell-quote.ts';
import type { LabState, StateRow, StateTable } from './lab-state.ts';
import { type StateChange, stateChanges } from './state-changes.ts';

export interface RestorePlan {
  /** Host → text for `sh -c`. Symbols are still in it. What a line cannot do is seen afterwards: none ends the script. */
  readonly scripts: ReadonlyMap<string, string>;
  /** Rows that no command makes so. */
  readonly beyond: readonly StateChange[];
}

/** One change may bring others with it (an interface that goes down loses routes): look again after it, and plan anew. */
export function planRestore(from: LabState, to: LabState): RestorePlan {
  const changes = stateChanges(from, to);
  const beyond: StateChange[] = [];
  const scripts = new Map<string, string>();
  for (const [host, here] of Map.groupBy(changes, (change) => change.host)) {
    const lines = new Lines();
    for (const change of here) if (!lines.take(change, here)) beyond.push(change);
    if (here.some(isIptables)) lines.rules(to[host]?.netfilter ?? [], from[host]?.netfilter ?? []);
    const script = lines.script();
    if (script !== '') scripts.set(host, script);
  }
  return { scripts, beyond };
}

const IPTABLES: ReadonlySet<unknown> = new Set(['filter', 'nat', 'mangle', 'raw', 'security']);

function isIptables({ table, row }: Pick<StateChange, 'table' | 'row'>): boolean {
  return table === 'netfilter' && (row.family === 'ip' || row.family === 'ip6') && IPTABLES.has(row.table);
}

/** Commands of one host, gathered by the tool that takes them. */
class Lines {
  readonly #ip: string[] = [];
  readonly #ip6: string[] = [];
  readonly #bridge: string[] = [];
  readonly #shell: string[] = [];

  /** @returns whether there is a command for it */
  take(change: StateChange, all: readonly StateChange[]): boolean {
    return isIptables(change) || (takers[change.table]?.(change, this.#tools, all) ?? false);
  }

  get #tools(): Tools {
    return {
      ip: (line, family) => void (family === 'inet6' ? this.#ip6 : this.#ip).push(line),
      bridge: (line) => void this.#bridge.push(line),
      shell: (line) => void this.#shell.push(line),
    };
  }

  /** All of iptables' tables that either side has, whole: what is not wanted is gone with it. */
  rules(wanted: readonly StateRow[], present: readonly StateRow[]): void {
    for (const family of ['ip', 'ip6']) {
      const of = (rows: readonly StateRow[]) =>
        rows.filter((row) => row.family === family && isIptables({ table: 'netfilter', row }));
      const tables = new Set([...of(wanted), ...of(present)].map(({ table }) => `${table}`));
      if (tables.size === 0) continue;
      const text = [...tables].flatMap((table) => {
        const rows = of(wanted).filter((row) => row.table === table);
        const policies = of(present).filter((row) => row.table === table && `${row.rule}`.startsWith('-P '));
        return [
          `*${table}`,
          ...policies.map(({ chain }) => `:${chain} ACCEPT`),
          ...rows.map(restored),
          'COMMIT',
        ];
      });
      this.#shell.push(`${family === 'ip' ? 'iptables' : 'ip6tables'}-restore ${heredoc(text)}`);
    }
  }

  script(): string {
    return [
      ...this.#shell.filter((line) => line.startsWith('sysctl ')),
      ...(this.#ip.length > 0 ? [`ip -force -batch - ${heredoc(this.#ip)}`] : []),
      ...(this.#ip6.length > 0 ? [`ip -6 -force -batch - ${heredoc(this.#ip6)}`] : []),
      ...(this.#bridge.length > 0 ? [`bridge -force -batch - ${heredoc(this.#bridge)}`] : []),
      ...this.#shell.filter((line) => !line.startsWith('sysctl ')),
    ].join('\n');
  }
}

/** As iptables-restore takes a row of iptables-save: chains with their policy first. */
function restored({ rule }: StateRow): string {
  const [flag, chain, policy] = `${rule}`.split(' ');
  if (flag === '-N') return `:${chain} -`;
  return flag === '-P' ? `:${chain} ${policy}` : `${rule}`;
}

function heredoc(lines: readonly string[]): string {
  return `<<'CNILAB-END'\n${lines.join('\n')}\nCNILAB-END`;
}

interface Tools {
  ip(line: string, family?: unknown): void;
  bridge(line: string): void;
  shell(line: string): void;
}

type Taker = (change: StateChange, tools: Tools, all: readonly StateChange[]) => boolean;

const verb = ({ kind }: StateChange) => (kind === 'added' ? 'add' : 'del');

/** Tables that are not here are beyond commands. */
const takers: Partial<Record<StateTable, Taker>> = {
  interfaces: ({ kind, host, row }, { ip, bridge }, all) => {
    const same = (other: StateChange) =>
      other.table === 'interfaces' &&
      other.host === host &&
      other.row.name === row.name &&
      other.kind !== kind;
    const other = all.find(same)?.row;
    if (kind === 'removed') {
      if (!other) ip(`link del dev ${row.name}`);
      return true;
    }
    // An interface that is not there, or is another kind of thing, is not made: it would not be the one that it was.
    if (!other || other.kind !== row.kind || other.mac !== row.mac) return false;
    if (other.master !== row.master)
      ip(`link set dev ${row.name} ${row.master === null ? 'nomaster' : `master ${row.master}`}`);
    if (other.mtu !== row.mtu) ip(`link set dev ${row.name} mtu ${row.mtu}`);
    if (other.up !== row.up) ip(`link set dev ${row.name} ${row.up ? 'up' : 'down'}`);
    const details = row.details as StateRow;
    for (const key of ['hairpin', 'learning', 'flood', 'isolated'])
      if (typeof details[key] === 'boolean' && row.kind !== 'vxlan')
        bridge(`link set dev ${row.name} ${key} ${details[key] ? 'on' : 'off'}`);
    return true;
  },
  addresses: (change, { ip }) => {
    const { dev, address, prefix, scope, family } = change.row;
    ip(`address ${verb(change)} ${address}/${prefix} dev ${dev} scope ${scope}`, family);
    return true;
  },
  sysctls: ({ kind, row }, { shell }) => {
    // One that went with its interface has no value to be set.
    if (kind === 'added') shell(`sysctl -qw ${shellWord(`${row.name}=${row.value}`)}`);
    return true;
  },
  routes: (change, { ip }) => {
    const { row } = change;
    if (row.nexthops !== undefined) return false;
    const line = routeLine(row as unknown as Parameters<typeof routeLine>[0]);
    ip(`route ${change.kind === 'added' ? 'append' : 'del'} ${line}`, row.family);
    return true;
  },
  rules: (change, { ip }) => {
    const [priority = '', ...words] = ruleLine(change.row as unknown as Parameters<typeof ruleLine>[0]).split(
      ' ',
    );
    ip(`rule ${verb(change)} priority ${priority.replace(':', '')} ${words.join(' ')}`, change.row.family);
    return true;
  },
  neighbours: ({ kind, row: { dst, dev, mac, family } }, { ip }) => {
    if (kind === 'removed') ip(`neigh del ${dst} dev ${dev}`, family);
    else ip(`neigh replace ${dst} lladdr ${mac} dev ${dev} nud permanent`, family);
    return true;
  },
  fdb: (change, { bridge }) => {
    const { mac, dev, dst, vlan, flags } = change.row;
    const has = (flag: string) => (flags as readonly unknown[]).includes(flag);
    const where = [
      ...(dst ? ['dst', dst] : []),
      ...(vlan ? ['vlan', vlan] : []),
      has('self') ? 'self' : 'master',
    ];
    const state = change.kind === 'removed' ? [] : [has('static') ? 'static' : 'permanent'];
    bridge(
      `fdb ${change.kind === 'added' ? 'append' : 'del'} ${[mac, 'dev', dev, ...where, ...state].join(' ')}`,
    );
    return true;
  },
  cniConfig: ({ kind, row: { file, content } }, { shell }, all) => {
    const path = shellWord(`/etc/cni/net.d/${file}`);
    if (kind === 'removed') {
      const replaced = all.some(
        (one) => one.table === 'cniConfig' && one.kind === 'added' && one.row.file === file,
      );
      if (!replaced) shell(`rm -f ${path}`);
      return true;
    }
    // A file that is not JSON is known by its name only.
    if (content === null) return false;
    shell(`cat > ${path} ${heredoc([JSON.stringify(content, null, 2)])}`);
    return true;
  },
  leases: ({ kind, row: { path, containerId, ifName } }, { shell }) => {
    const file = shellWord(`${path}`);
    // host-local ends the lines of a lease so (plugins/ipam/host-local/backend/disk).
    if (kind === 'removed') shell(`rm -f ${file}`);
    else shell(`printf '%s\\r\\n%s' ${shellWord(`${containerId}`)} ${shellWord(`${ifName}`)} > ${file}`);
    return true;
  },
};
