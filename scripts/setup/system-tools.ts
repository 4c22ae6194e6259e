// The programs of the system that labs use, and the package that has each of them on every distribution.
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { findCniPlugin, findTool } from '../../infra/util/tools.ts';
import type { Family } from './distribution.ts';

export interface SystemTool {
  readonly name: string;
  /** What labs do with it. */
  readonly use: string;
  /** Arguments that make it print its version, for the doctor. */
  readonly version?: readonly string[];
  readonly packages: Readonly<Record<Family, string>>;
}

/** One package name that all distributions share. */
function everywhere(name: string): Record<Family, string> {
  return { debian: name, fedora: name, arch: name, alpine: name, suse: name };
}

const IPROUTE2 = { ...everywhere('iproute2'), fedora: 'iproute' };
const UTIL_LINUX = everywhere('util-linux');
const CNI_PACKAGE = {
  ...everywhere('cni-plugins'),
  debian: 'containernetworking-plugins',
  fedora: 'containernetworking-plugins',
};

export const SYSTEM_TOOLS: readonly SystemTool[] = [
  { name: 'ip', use: 'links, addresses, routes', version: ['-V'], packages: IPROUTE2 },
  { name: 'bridge', use: 'forwarding databases', version: ['-V'], packages: IPROUTE2 },
  {
    name: 'tc',
    use: 'queueing disciplines',
    version: ['-V'],
    packages: { ...IPROUTE2, fedora: 'iproute-tc' },
  },
  { name: 'tcpdump', use: 'captures', version: ['--version'], packages: everywhere('tcpdump') },
  {
    name: 'ping',
    use: 'traffic',
    version: ['-V'],
    packages: { ...everywhere('iputils'), debian: 'iputils-ping', alpine: 'iputils-ping' },
  },
  { name: 'nft', use: 'packet filter rules', version: ['--version'], packages: everywhere('nftables') },
  {
    name: 'iptables',
    use: 'rules of portmap and Flannel',
    version: ['--version'],
    packages: { ...everywhere('iptables'), fedora: 'iptables-nft' },
  },
  { name: 'nsenter', use: 'entering namespaces', version: ['--version'], packages: UTIL_LINUX },
  { name: 'unshare', use: 'making namespaces', version: ['--version'], packages: UTIL_LINUX },
  {
    name: 'setpriv',
    use: 'giving up privileges',
    version: ['--version'],
    packages: { ...UTIL_LINUX, alpine: 'setpriv' },
  },
  {
    name: 'setcap',
    use: 'file capabilities',
    packages: {
      ...everywhere('libcap'),
      debian: 'libcap2-bin',
      alpine: 'libcap-setcap',
      suse: 'libcap-progs',
    },
  },
  {
    name: 'perl',
    use: 'namespaces and mounts of labs',
    version: ['-e', 'print $^V'],
    packages: { ...everywhere('perl'), debian: 'perl-base', fedora: 'perl-interpreter' },
  },
  { name: 'bash', use: 'scripts inside labs', version: ['--version'], packages: everywhere('bash') },
  { name: 'busybox', use: 'the containers of pods', version: ['--help'], packages: everywhere('busybox') },
];

/** Tools that no lab needs: what a person's shell in one takes, and what only some tests use. */
export const OPTIONAL_TOOLS: readonly SystemTool[] = [
  {
    name: 'script',
    use: 'shells in labs, each on a terminal of its own',
    version: ['--version'],
    packages: {
      ...UTIL_LINUX,
      debian: 'bsdutils',
      fedora: 'util-linux-script',
      alpine: 'util-linux-misc',
    },
  },
  {
    name: 'tshark',
    use: 'tests that compare our decoding with Wireshark’s',
    version: ['--version'],
    packages: {
      ...everywhere('tshark'),
      fedora: 'wireshark-cli',
      arch: 'wireshark-cli',
      suse: 'wireshark',
    },
  },
  {
    name: 'chromium',
    use: 'tests that open reports in a browser',
    version: ['--version'],
    packages: everywhere('chromium'),
  },
];

/** CNI plugins that labs chain; the package that has them all. */
export const CNI_PLUGINS = ['loopback', 'ptp', 'bridge', 'host-local', 'portmap', 'bandwidth'] as const;
export const CNI_PLUGINS_PACKAGE: Readonly<Record<Family, string>> = CNI_PACKAGE;

/** Where a tool is. Busybox's small versions do not count: its `ip` has no -json, its `ping` no patterns. */
export function locate(tool: Pick<SystemTool, 'name'>): string | undefined {
  const found = findTool(tool.name);
  if (found === undefined || tool.name === 'busybox') return found;
  return path.basename(realpathSync.native(found)) === 'busybox' ? undefined : found;
}

export function missingTools(): SystemTool[] {
  return SYSTEM_TOOLS.filter((tool) => locate(tool) === undefined);
}

export function missingOptionalTools(): SystemTool[] {
  return OPTIONAL_TOOLS.filter((tool) => locate(tool) === undefined);
}

export function missingPlugins(): string[] {
  return CNI_PLUGINS.filter((type) => findCniPlugin(type) === undefined);
}
