// Three pods on a bridge with hairpin ports, as recorded: readings before and after, what monitors told, every tap.
import { readFileSync } from 'node:fs';
import { kindOf } from '../../infra/observe/identity.ts';
import { causeOf, type Seen } from '../../infra/observe/learning/causes.ts';
import { type Crossing, crossings } from '../../infra/observe/learning/crossings.ts';
import { type LearnedState, parseLearnedState } from '../../infra/observe/learning/learned-state.ts';
import { type LearnedEvent, MonitorReader } from '../../infra/observe/learning/monitor-lines.ts';
import { type Transition, transitions } from '../../infra/observe/learning/transitions.ts';
import { correlate, type DecodedTap, decodeTap } from '../../infra/observe/paths.ts';

interface Reading {
  readonly fromNs: string;
  readonly untilNs: string;
  readonly stdout: string;
  readonly stderr: string;
}
interface Recording {
  readonly hosts: Readonly<
    Record<string, { readonly before: Reading; readonly after: Reading; readonly monitor: string }>
  >;
  readonly taps: Readonly<
    Record<string, { readonly host: string; readonly dev: string; readonly pcap: string }>
  >;
}

export interface RecordedLearning {
  readonly before: readonly LearnedState[];
  readonly after: readonly LearnedState[];
  readonly events: readonly LearnedEvent[];
  readonly taps: readonly (DecodedTap & { readonly host: string; readonly dev: string })[];
}

/** `first-ping`: nobody knows anybody. `flood`: only the bridge has forgotten. `ageing`: it forgets between two pings. */
export function recordedLearning(name: 'first-ping' | 'flood' | 'ageing'): RecordedLearning {
  const url = new URL(`../unit/observe/fixtures/learning/${name}.json`, import.meta.url);
  const { hosts, taps } = JSON.parse(readFileSync(url, 'utf8')) as Recording;
  const state = (host: string, { fromNs, untilNs, stdout, stderr }: Reading): LearnedState => {
    const window = { fromNs: BigInt(fromNs), untilNs: BigInt(untilNs) };
    return { host, ...window, ...parseLearnedState(stdout, stderr) };
  };
  return {
    before: Object.entries(hosts).map(([host, { before }]) => state(host, before)),
    after: Object.entries(hosts).map(([host, { after }]) => state(host, after)),
    events: Object.entries(hosts).flatMap(([host, { monitor }]) => {
      const reader = new MonitorReader(host);
      for (const line of monitor.split('\n')) reader.read(line);
      return reader.events;
    }),
    taps: Object.entries(taps).map(([tap, { host, dev, pcap }]) => {
      return { ...decodeTap({ name: tap, pcap: Buffer.from(pcap, 'base64') }), host, dev };
    }),
  };
}

export interface Learned {
  readonly crossings: readonly Crossing[];
  readonly transitions: readonly Transition[];
  readonly seen: Seen;
}

export function learnedFrom({ before, after, events, taps }: RecordedLearning): Learned {
  const heard = new Set(taps.filter(({ packets }) => packets.length > 0).map(({ name }) => name));
  const crossed = crossings(before, taps, correlate(taps), heard);
  const found = before.flatMap((state, at) => transitions(state, events, after[at]));
  return { crossings: crossed, transitions: found, seen: { taps, crossings: crossed, states: before } };
}

/** `node fdb added 02:…:01 veth1 ← arp-request at pod1-veth`, or the reason why there is no packet. */
export function told({ transitions: found, seen }: Learned): readonly string[] {
  return found.map((one) => {
    const row = one.after ?? one.before;
    const what = row && 'mac' in row ? [...('dst' in row ? [row.dst] : []), row.mac, row.dev].join(' ') : '';
    const { by, perhaps, why } = causeOf(one, seen);
    const name = (packet: NonNullable<typeof by>['packet']) =>
      [kindOf(packet), packet.icmp?.seq].filter((part) => part !== undefined).join(' ');
    const cause = by ? `${name(by.packet)} at ${by.tap}` : why;
    const or = perhaps.map(({ tap, packet }) => ` or ${name(packet)} at ${tap}`).join('');
    return `${one.host} ${one.table} ${one.change} ${what} ← ${cause}${or}`;
  });
}

/** `arp-request pod1-veth → veth1 veth2 veth3, flooded`. */
export function crossed({ crossings: all }: Learned): readonly string[] {
  return all.map(({ path, first, outDevs, flooded, unclear }) => {
    const name = [path.packet, path.seq].filter((part) => part !== undefined).join(' ');
    const how = flooded === undefined ? unclear : flooded ? 'flooded' : 'known';
    return `${name}: ${first.tap} → ${outDevs.join(' ')}, ${how}`;
  });
}
