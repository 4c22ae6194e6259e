// What one netns has learned by now, and what says where it could have learned it: read by one command.
import { randomUUID } from 'node:crypto';
import type { Host } from '../../backends/host.ts';
import { readFdb } from '../parse-fdb.ts';
import { addressRows, interfaceRow, readLinks, readNeighbours } from '../parse-ip.ts';
import { MARK_PREFIX, MARKING, ObserveError, requireSection, splitSections } from '../sections.ts';
import type { AddressRow, FdbRow, InterfaceRow, NeighbourRow } from '../snapshot.ts';
import { type ConntrackRow, readConntrack } from './conntrack.ts';

/** A forwarding entry as a monitor tells it. */
export type FdbEntry = Omit<FdbRow, 'learned' | 'meaning'>;

export interface LearnedState {
  readonly host: string;
  /** Reading began and ended then, on the host's clock, ns since the epoch. */
  readonly fromNs: bigint;
  readonly untilNs: bigint;
  readonly interfaces: readonly Omit<InterfaceRow, 'creator'>[];
  readonly addresses: readonly AddressRow[];
  readonly fdb: readonly FdbEntry[];
  readonly neighbours: readonly NeighbourRow[];
  /** Tracked connections, or why they cannot be seen. */
  readonly conntrack: readonly ConntrackRow[] | { readonly notObserved: string };
}

/** The kernel shows connections to uid 0 only (of the namespace's owner); conntrack(8) asks by netlink, with capabilities. */
export const LEARNED_SCRIPT = `
mark=$1
${MARKING}
begin links; ip -j -d addr show; end links $?
begin neighbours; ip -j neigh show; end neighbours $?
begin fdb; bridge -j fdb show; end fdb $?
begin conntrack; cat /proc/net/nf_conntrack || { conntrack -L && { conntrack -L -f ipv6 || :; }; }; end conntrack $?
`;

const NEEDS = 'iproute2 5.0 or later is needed (not busybox)';

/** @throws ObserveError naming the host and the tool that did not answer as expected; HostError when it is gone */
export async function readLearnedState(host: Host, signal?: AbortSignal): Promise<LearnedState> {
  const argv = ['sh', '-c', LEARNED_SCRIPT, 'learned', `${MARK_PREFIX}${randomUUID()}`];
  const { stdout, stderr, startedNs, durationNs } = await host.run(argv, signal && { signal });
  try {
    const window = { fromNs: startedNs, untilNs: startedNs + durationNs };
    return { host: host.name, ...window, ...parseLearnedState(stdout, stderr) };
  } catch (error) {
    if (!(error instanceof ObserveError)) throw error;
    throw new ObserveError(`cannot observe ${host.name}: ${error.message}`, { cause: error });
  }
}

/** @throws ObserveError */
export function parseLearnedState(
  stdout: string,
  stderr: string,
): Omit<LearnedState, 'host' | 'fromNs' | 'untilNs'> {
  const sections = splitSections(stdout, stderr);
  const text = (name: string, tool: string) => requireSection(sections, name, tool, NEEDS).text;
  const links = readLinks(text('links', 'ip -j -d addr show'), 'ip -j -d addr show');
  const fdb = readFdb(text('fdb', 'bridge -j fdb show'), 'bridge -j fdb show', {
    macs: new Map(),
    kinds: new Map(),
  });
  const conntrack = sections.get('conntrack');
  return {
    interfaces: links.map(interfaceRow),
    addresses: addressRows(links),
    fdb: fdb.map(({ learned, meaning, ...entry }) => entry),
    neighbours: readNeighbours(text('neighbours', 'ip -j neigh show'), 'ip -j neigh show'),
    conntrack:
      conntrack?.exitCode === 0
        ? readConntrack(conntrack.text)
        : { notObserved: whyNoConntrack(conntrack?.stderr ?? '') },
  };
}

function whyNoConntrack(said: string): string {
  const proc = /nf_conntrack: (.+)$/m.exec(said)?.[1] ?? 'cannot be read';
  const tool = /conntrack: (.*not found)$/m.test(said) ? 'is not installed' : 'did not answer';
  return `/proc/net/nf_conntrack: ${proc}, and the tool conntrack ${tool}`;
}
