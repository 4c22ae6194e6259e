// What the observe script printed for one netns, as a snapshot. Pure: recorded outputs are its tests.
import { creatorOf } from './creator.ts';
import { isNumbered, lsnsJson, netnsName } from './held-netns.ts';
import { portMappingRows } from './parse-cni-cache.ts';
import { readFdb } from './parse-fdb.ts';
import { cniConfigRows, leaseRows, type PickNetwork, readFiles, sysctlRows } from './parse-files.ts';
import { forwardingState } from './parse-forwarding.ts';
import { addressRows, interfaceRow, readLinks, readNeighbours, readRoutes, readRules } from './parse-ip.ts';
import { readNetfilter } from './parse-netfilter.ts';
import { readQdiscs } from './parse-qdisc.ts';
import { BOOT_ID, IP_BATCH, NEIGHBOUR_BATCH } from './script.ts';
import { markOf, ObserveError, readJson, requireSection, type Section, splitSections } from './sections.ts';
import type { HostSnapshot, NetfilterRow, NetnsidRow } from './snapshot.ts';

export interface ParseHostOptions {
  /** @default pod, unless the output has a node's sections */
  readonly role?: 'node' | 'pod';
  readonly pickNetwork: PickNetwork;
  /** Fill in `HostSnapshot.forwarding`. @default false */
  readonly forwarding?: boolean;
  /** Where the runtime looks for CNI configuration. @default /etc/cni/net.d */
  readonly cniConfigDir?: string;
}

const NEEDS_IPROUTE2 = 'iproute2 5.0 or later is needed (not busybox)';

/**
 * @param stdout of OBSERVE_SCRIPT
 * @param stderr of the same run: its words go into the errors
 * @throws ObserveError when a tool is missing, failed, or printed something else than expected
 */
export function parseHostSections(stdout: string, stderr: string, options: ParseHostOptions): HostSnapshot {
  const sections = splitSections(stdout, stderr);
  const role = options.role ?? (sections.has('iptables') ? 'node' : 'pod');
  const ip = requireSection(sections, 'ip', 'ip -j -d -batch -', NEEDS_IPROUTE2);
  const [linkText = '', routeText = '', ruleText = '', neighText = '', ...forPrediction] = ipDocuments(
    ip,
    options,
  );
  const links = readLinks(linkText, 'ip -j -d addr show');
  const bare = links.map(interfaceRow);
  const addresses = addressRows(links);
  const routes = readRoutes(routeText, 'ip -j -d route show table all');
  const context = { role, interfaces: bare, addresses, routes };
  const files = readFiles(requireSection(sections, 'files', 'awk', 'is awk there?').text, markOf(stdout));
  const fdb = requireSection(sections, 'fdb', 'bridge -j fdb show', NEEDS_IPROUTE2);
  const qdisc = requireSection(sections, 'qdisc', 'tc -j qdisc show', NEEDS_IPROUTE2);
  const netns = sections.get('netns')?.text.trim();
  const bootId = files.get(BOOT_ID)?.trim();
  return {
    interfaces: bare.map((row) => ({ ...row, creator: creatorOf(row, context) })),
    addresses,
    routes,
    rules: [
      ...readRules(ruleText, 'ip -j -d rule show', 'inet'),
      ...readRules(sections.get('rules6')?.text ?? '', 'ip -6 -j -d rule show', 'inet6'),
    ],
    neighbours: readNeighbours(neighText, 'ip -j -d neigh show'),
    fdb: readFdb(fdb.text, 'bridge -j fdb show', {
      macs: new Map(bare.map((row) => [row.name, row.mac])),
      kinds: new Map(bare.map((row) => [row.name, row.kind])),
    }),
    qdiscs: readQdiscs(qdisc.text, 'tc -j qdisc show'),
    netfilter: role === 'node' ? netfilterRows(sections) : [],
    sysctls: sysctlRows(files),
    cniConfig: cniConfigRows(files, options.pickNetwork, options.cniConfigDir),
    leases: leaseRows(files),
    ...(options.forwarding && {
      forwarding: forwardingState(sections, links, [routeText, ruleText, neighText], forPrediction),
    }),
    ...(netns && { netns }),
    ...(bootId && { bootId }),
    ...(role === 'node' && options.forwarding && { portMappings: portMappingRows(files) }),
    ...(role === 'node' && {
      netnsids: netnsidRows(sections.get('netnsids')),
      cniCache: cacheNames(sections),
    }),
  };
}

/** `ip -j -batch` prints one line for each command, and an empty list as `[ ]` or `[]`. */
function ipDocuments(
  section: Section,
  { forwarding }: Pick<ParseHostOptions, 'forwarding'>,
): readonly string[] {
  const documents = section.text.split('\n').filter((line) => line.trim() !== '');
  const more = IP_BATCH.length + NEIGHBOUR_BATCH.length;
  if (documents.length !== IP_BATCH.length && documents.length !== more) {
    throw new ObserveError(
      `ip -j -d -batch - printed ${documents.length} documents for ${forwarding ? more : IP_BATCH.length} commands; ${NEEDS_IPROUTE2}` +
        (section.stderr ? `: ${section.stderr}` : ''),
    );
  }
  return documents;
}

/** A node without one of the two tools has no rules of that kind that could be shown; one with neither is an error. */
function netfilterRows(sections: ReadonlyMap<string, Section>): NetfilterRow[] {
  const [iptables, nft] = [sections.get('iptables'), sections.get('nft')];
  if (iptables === undefined && nft === undefined) return [];
  const missing = (s: Section | undefined) => s === undefined || s.exitCode === 127;
  if (missing(iptables) && missing(nft)) {
    throw new ObserveError('neither iptables-save nor nft is installed there: install nftables or iptables');
  }
  if (!missing(iptables))
    requireSection(sections, 'iptables', 'iptables-save', 'are the capabilities there?');
  if (!missing(nft)) requireSection(sections, 'nft', 'nft -s list ruleset', 'are the capabilities there?');
  const ip6tables = sections.get('ip6tables');
  return readNetfilter(
    missing(iptables) ? undefined : iptables,
    missing(nft) ? undefined : nft,
    ip6tables?.exitCode === 0 ? ip6tables : undefined,
  );
}

/** lsns (util-linux) asks the kernel for the id of every netns it finds in /proc. Optional: older ones have no such column. */
function netnsidRows(section: Section | undefined): NetnsidRow[] {
  if (section === undefined || section.exitCode !== 0) return [];
  return readJson(section.text, 'lsns -t net -J', lsnsJson)
    .namespaces.filter(({ netnsid }) => isNumbered(netnsid))
    .map(({ ns, netnsid }) => ({ netnsid: Number(netnsid), netns: netnsName(ns) }));
}

function cacheNames(sections: ReadonlyMap<string, Section>): string[] {
  const text = sections.get('cache')?.text ?? '';
  return text
    .split('\n')
    .filter((path) => path !== '')
    .map((path) => path.slice(path.lastIndexOf('/') + 1));
}
