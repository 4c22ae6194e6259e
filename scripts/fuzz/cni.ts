// CNI configuration, cache entries and answers of plugins, of every version of the protocol: read, or refused in our own words.
import * as fc from 'fast-check';
import { parseAddResult, resultFacts } from '../../infra/cni/add-result.ts';
import { parseCacheEntry, parseIntent } from '../../infra/cni/cache-entry.ts';
import { pickNetwork } from '../../infra/cni/config-dir.ts';
import { CniError } from '../../infra/cni/error.ts';
import { NetworkListError, parseNetworkFile } from '../../infra/cni/network-list.ts';
import { readFailure, readResult } from '../../infra/cni/plugin-answer.ts';
import { SUPPORTED_VERSIONS } from '../../infra/cni/version.ts';
import { textEdit } from './edit-text.ts';
import { type Tree, treeEdit } from './edit-tree.ts';
import { realLabs } from './lab-files/real-labs.ts';
import type { Target } from './target.ts';

/** As the specification shows them (CNI 1.1.0, "ADD Success" and "Error"), with what older versions had. */
const ip = { address: '10.1.0.5/16', gateway: '10.1.0.1', interface: 2 };
const interfaces = [
  { name: 'cni0', mac: '00:11:22:33:44:55' },
  { name: 'veth3243', mac: '55:44:33:22:11:11' },
  {
    name: 'eth0',
    mac: '99:88:77:66:55:44',
    sandbox: '/var/run/netns/blue',
    mtu: 1500,
    socketPath: '',
    pciID: '',
  },
];
const results = SUPPORTED_VERSIONS.map((cniVersion) =>
  cniVersion < '0.3.0'
    ? { cniVersion, ip4: { ip: '10.1.0.5/16', gateway: '10.1.0.1', routes: [{ dst: '0.0.0.0/0' }] }, dns: {} }
    : {
        cniVersion,
        interfaces,
        ips: [cniVersion < '1.0.0' ? { version: '4', ...ip } : ip],
        routes: [{ dst: '0.0.0.0/0', mtu: 1400, table: 100 }],
        dns: { nameservers: ['10.1.0.1'] },
      },
);
const errors = SUPPORTED_VERSIONS.map((cniVersion, i) => ({
  cniVersion,
  code: [7, 11, 100, 1, 2, 3, 999][i],
  msg: 'Invalid Configuration',
  details: 'Network 192.168.0.0/31 too small to allocate from.',
}));
const cacheEntry = (config: string, result: Tree) => ({
  ...{
    kind: 'cniCacheV1',
    containerId: 'abc',
    config: Buffer.from(config).toString('base64'),
    ifName: 'eth0',
    networkName: 'n',
  },
  ...{
    netns: '/proc/1/ns/net',
    cniArgs: [['K8S_POD_NAME', 'web']],
    capabilityArgs: { portMappings: [{ hostPort: 1, containerPort: 2, protocol: 'tcp' }] },
    result,
  },
});

interface Given {
  /** Printed by a plugin, or kept in a file. */
  readonly text: string;
  readonly exitCode: number;
}

export function cni(): Target<Given> {
  const configs = realLabs().flatMap((lab) =>
    Object.entries(lab.configs).flatMap(([name, text]) =>
      /\.(conflist|conf|json)$/.test(name) ? [text] : [],
    ),
  );
  const lists = [
    ...configs,
    ...SUPPORTED_VERSIONS.map((cniVersion) =>
      JSON.stringify({
        cniVersion,
        name: 'n',
        plugins: [
          {
            type: 'bridge',
            bridge: 'cni0',
            ipam: { type: 'host-local', ranges: [[{ subnet: '10.1.0.0/16' }]] },
          },
          { type: 'portmap', capabilities: { portMappings: true } },
        ],
      }),
    ),
  ];
  const trees: readonly Tree[] = [
    ...lists.map((text) => JSON.parse(text)),
    ...results,
    ...errors,
    ...results.map((result, i) => cacheEntry(lists[i % lists.length] ?? '', result)),
  ];
  const mutated = trees.map((tree) => {
    const text = JSON.stringify(tree, null, 2);
    const asText = fc
      .array(textEdit(text), { minLength: 1, maxLength: 4 })
      .map((edits) => edits.reduce((old, edit) => edit(old), text));
    const asData = fc
      .array(treeEdit(trees), { minLength: 1, maxLength: 4 })
      .map((edits) => JSON.stringify(edits.reduce((old, edit) => edit(old), tree)) ?? '');
    return fc.oneof(asText, asData);
  });
  return {
    name: 'CNI texts',
    source: fc.record({ text: fc.oneof(...mutated), exitCode: fc.constantFrom(0, 0, 1, 126, 127, 137, 255) }),
    hold: holdCni,
    show: ({ text, exitCode }) => `exit ${exitCode}: ${text}`,
  };
}

/** The same text in every place where one can come from outside. @throws whatever is no error of this room's own */
function holdCni({ text, exitCode }: Given): string {
  const seen: string[] = [];
  for (const file of ['10-x.conflist', '10-x.conf']) {
    try {
      parseNetworkFile(file, text);
      seen.push('a network');
    } catch (error) {
      if (!(error instanceof NetworkListError)) throw error;
      if (!error.message.startsWith(file))
        throw new Error(`does not say where: ${error.message.slice(0, 200)}`);
    }
    const { picked, error } = pickNetwork([{ name: file, content: text }]);
    if (picked === undefined && error === undefined) throw new Error('neither a network nor a reason');
  }
  if (parseCacheEntry(text)) seen.push('a cache entry');
  parseIntent(text);
  const output = { exitCode, stdout: text, stderr: '' };
  const failure = readFailure(output);
  if ((failure === undefined) !== (exitCode === 0))
    throw new Error(`exit code ${exitCode} is ${failure ? '' : 'no '}failure`);
  if (failure && new CniError({ ...failure, command: 'ADD', plugin: 'x' }).message.trim() === '')
    throw new Error('no message');
  const answer = readResult(output);
  if ('raw' in answer && isResult(answer.raw)) seen.push('a result');
  return seen.join(' and ') || 'refused';
}

/** The chain wraps what the schema throws in an error with the plugin's name; anything else it would let through. */
function isResult(raw: object): boolean {
  try {
    resultFacts(parseAddResult(raw, '1.0.0'), 'eth0');
    return true;
  } catch (error) {
    if ((error as Error).name === '$ZodError' || (error as Error).name === 'ZodError') return false;
    throw error;
  }
}
