// What is known of the thing that was chosen: its kernel state, what made it, and the CNI calls behind it.
import { block, code, foldable, make } from './dom.js';

/**
 * @typedef {import('../../model/report-model.ts').LiveLab} LiveLab
 * @typedef {import('../../model/report-model.ts').HostFacts} HostFacts
 * @typedef {import('../../model/report-model.ts').FactLine} FactLine
 * @typedef {import('../../model/report-model.ts').CallFact} CallFact
 * @typedef {(key: string) => void} Choose
 */

const TABLE_NAMES = {
  addresses: 'Addresses',
  routes: 'Routes',
  rules: 'Routing rules',
  neighbours: 'Neighbours (ARP, NDP)',
  fdb: 'Forwarding database',
  qdiscs: 'Queueing disciplines',
  netfilter: 'Packet filter',
  sysctls: 'Sysctls',
  leases: 'Leases of host-local',
  cniConfig: 'CNI configuration',
};

/** @type {Record<string, string>} */
const MAKERS = {
  kernel: 'by the kernel, with its network namespace',
  'loopback plugin': 'with its network namespace; CNI’s loopback plugin brought it up',
  'ptp plugin': 'by the CNI plugin ptp, both ends of a veth pair at once',
  'bridge plugin': 'by the CNI plugin bridge',
  'bandwidth plugin': 'by the CNI plugin bandwidth, for what a pod sends',
  flannel: 'by flannel, when it set the node up',
  underlay: 'with the node: its uplink',
  outside: 'with the router and the host behind it',
};

/** @param {string} key as the drawing has it @param {LiveLab} live @param {Choose} choose @returns {{title: string, nodes: Node[]}} */
export function factsOf(key, live, choose) {
  const segment = live.topology.segments.find(({ name }) => name === key);
  if (segment) {
    const ends = segment.ends.map(({ host, dev }) =>
      make('li', {}, link(`${host} ${dev}`, `${host}/${dev}`, choose)),
    );
    return { title: `${key}: what joins machines`, nodes: [make('ul', {}, ...ends)] };
  }
  if (key.endsWith('#routing')) {
    const name = key.slice(0, -'#routing'.length);
    const host = live.hosts[name];
    return {
      title: `Routing of ${name}`,
      nodes: host
        ? tables(name, host, ['routes', 'rules', 'neighbours', 'netfilter', 'sysctls'], choose)
        : [],
    };
  }
  const host = live.hosts[key];
  if (host) return { title: `${WORDS[host.kind]} ${key}`, nodes: hostNodes(key, host, live, choose) };
  const cut = key.indexOf('/');
  return interfaceFacts(key.slice(0, cut), key.slice(cut + 1), live, choose);
}

const WORDS = { pod: 'Pod', node: 'Node', router: 'Router', outside: 'Host' };

/** @param {string} name @param {HostFacts} host @param {LiveLab} live @param {Choose} choose @returns {Node[]} */
function hostNodes(name, host, live, choose) {
  return [
    host.node !== undefined && make('p', {}, 'on node ', link(host.node, host.node, choose)),
    host.attachment && section('Attached', list(host.attachment)),
    section(
      'Interfaces',
      make(
        'ul',
        { class: 'facts' },
        ...host.interfaces.map(({ dev, line, creator }) =>
          make(
            'li',
            {},
            code(line),
            note(`made ${MAKERS[creator] ?? 'by whom, cannot be told'}`),
            ' ',
            link(`about ${dev}`, `${name}/${dev}`, choose),
          ),
        ),
      ),
    ),
    ...tables(name, host, Object.keys(TABLE_NAMES), choose),
    host.kind === 'pod' && callsOf(name, live),
  ].filter((node) => node instanceof Node);
}

/** @param {string} host @param {string} dev @param {LiveLab} live @param {Choose} choose */
function interfaceFacts(host, dev, live, choose) {
  const facts = live.hosts[host];
  const row = facts?.interfaces.find((one) => one.dev === dev);
  if (!facts || !row) return { title: `${host} ${dev}`, nodes: [make('p', {}, 'Nothing was read of it.')] };
  const ports = facts.interfaces.filter(({ master }) => master === dev).map((port) => port.dev);
  const here = (/** @type {string | undefined} */ of) =>
    of === dev || (of !== undefined && ports.includes(of));
  /** @type {HostFacts} */
  const own = {
    ...facts,
    tables: Object.fromEntries(
      Object.entries(facts.tables)
        .map(([table, rows]) => [
          table,
          rows.filter((line) => (table === 'fdb' ? here(line.dev) : line.dev === dev)),
        ])
        .filter(([, rows]) => /** @type {unknown[]} */ (rows).length > 0),
    ),
  };
  const { peer, master } = row;
  const pod =
    facts.kind === 'pod' ? host : peer && live.hosts[peer.host]?.kind === 'pod' ? peer.host : undefined;
  return {
    title: `${row.kind} ${dev} of ${host}`,
    nodes: [
      make('p', {}, code(row.line)),
      make('p', {}, `Made ${MAKERS[row.creator] ?? 'by whom, cannot be told'}.`),
      peer &&
        make(
          'p',
          {},
          'Its other end: ',
          link(
            `${peer.host} ${peer.dev}`,
            live.hosts[peer.host]?.kind === 'pod' ? peer.host : `${peer.host}/${peer.dev}`,
            choose,
          ),
        ),
      master !== undefined && make('p', {}, 'Port of bridge ', link(master, `${host}/${master}`, choose)),
      ports.length > 0 &&
        section(
          'Ports',
          make(
            'ul',
            { class: 'facts' },
            ...ports.map((port) => make('li', {}, link(port, `${host}/${port}`, choose))),
          ),
        ),
      row.details.length > 0 &&
        section(
          'Settings',
          make('ul', { class: 'facts' }, ...row.details.map((text) => make('li', {}, code(text)))),
        ),
      ...tables(host, own, ['addresses', 'routes', 'neighbours', 'fdb', 'qdiscs'], choose),
      pod !== undefined && callsOf(pod, live),
    ].filter((node) => node instanceof Node),
  };
}

/** @param {string} name @param {HostFacts} host @param {string[]} wanted @param {Choose} choose @returns {Node[]} */
function tables(name, host, wanted, choose) {
  const named = new Set(host.interfaces.map(({ dev }) => dev));
  return wanted.flatMap((table) => {
    const rows = host.tables[table];
    if (rows === undefined) return [];
    const long = table === 'netfilter' || table === 'sysctls' || table === 'cniConfig' || rows.length > 16;
    const title = TABLE_NAMES[/** @type {keyof typeof TABLE_NAMES} */ (table)];
    const items = list(rows, (row) =>
      table === 'routes' && wanted.includes('rules') && row.dev !== undefined && named.has(row.dev)
        ? link(`about ${row.dev}`, `${name}/${row.dev}`, choose)
        : undefined,
    );
    return [long ? foldable(`${title} (${rows.length})`, false, items) : section(title, items)];
  });
}

/** @param {readonly FactLine[]} rows @param {(row: FactLine) => Node | undefined} [more] */
function list(rows, more) {
  return make(
    'ul',
    { class: 'facts' },
    ...rows.map((row) =>
      make('li', {}, code(row.line), row.note !== undefined && note(row.note), ' ', more?.(row)),
    ),
  );
}

/** @param {string} text */
const note = (text) => make('span', { class: 'note' }, text);

/** @param {string} title @param {Node[]} nodes */
const section = (title, ...nodes) => make('section', {}, make('h4', {}, title), ...nodes);

/** @param {string} text @param {string} key @param {Choose} choose */
const link = (text, key, choose) =>
  make('button', { type: 'button', class: 'link', onclick: () => choose(key) }, text);

/** @param {string} pod @param {LiveLab} live */
function callsOf(pod, { calls }) {
  const own = calls.calls.filter((call) => call.pod === pod);
  if (own.length === 0)
    return calls.cut === undefined
      ? undefined
      : section('CNI calls', make('p', {}, `Here are ${calls.cut}.`));
  return section('CNI calls that made it', ...own.map((call) => callNode(call, calls.texts)));
}

/** @param {CallFact} call @param {readonly string[]} texts */
function callNode({ command, plugin, exitCode, ms, env, stdin, prevResult, stdout, stderr }, texts) {
  const text = (/** @type {number} */ at) => texts[at] ?? '';
  const details = foldable(`${command} ${plugin} · exit ${exitCode} · ${ms} ms`, false);
  // Most are never looked at.
  details.addEventListener('toggle', () => {
    if (details.childElementCount > 1) return;
    details.append(
      make('h5', {}, 'environment'),
      block(env.map(([name, at]) => `${name}=${text(at)}`).join('\n'), 'environment'),
      make('h5', {}, 'standard input'),
      block(text(stdin), 'standard input'),
    );
    if (prevResult !== undefined)
      details.append(
        make('h5', {}, 'its prevResult: what the plugin before had said'),
        block(text(prevResult), 'prevResult'),
      );
    details.append(make('h5', {}, 'standard output'), block(text(stdout), 'standard output'));
    if (stderr !== undefined)
      details.append(make('h5', {}, 'standard error'), block(text(stderr), 'standard error'));
  });
  return details;
}
