// How each frame crossed a bridge: the port it came in at, and those it left by, read from taps at the ports. Pure.
import type { PacketPath, Sighting } from '../correlator.ts';
import { isGroup } from '../packets/mac.ts';
import type { LearnedState } from './learned-state.ts';

/** Where a tap listens. */
export interface TapPlace {
  readonly name: string;
  readonly host: string;
  readonly dev: string;
}

/** One frame and one bridge. */
export interface Crossing {
  readonly host: string;
  readonly bridge: string;
  /** The port it came in at, or the bridge itself for what the node sent. */
  readonly inDev: string;
  /** As it came in. */
  readonly first: Sighting;
  readonly path: PacketPath;
  /** Ports it was seen to leave by. A port that echoes it to the sender (hairpin) is among them. */
  readonly outDevs: readonly string[];
  /**
   * Whether it left by every port it could: then the bridge did not know, or asked everybody. Absent where that cannot
   * be told, with the reason in `unclear`.
   */
  readonly flooded?: boolean;
  readonly unclear?: string;
}

interface Port {
  readonly dev: string;
  /** Whether it sends a frame back to where it came from. */
  readonly hairpin: boolean;
  /** Whether it gets frames for a MAC that the bridge does not know. */
  readonly flood: boolean;
  readonly tap?: string;
}

interface Bridge {
  readonly host: string;
  readonly name: string;
  readonly tap?: string;
  readonly ports: readonly Port[];
}

/**
 * @param heard taps that have captured anything at all: one that has not shows nothing by not having seen a frame
 * @returns crossings by the time the frames came in
 */
export function crossings(
  states: readonly LearnedState[],
  taps: readonly TapPlace[],
  paths: readonly PacketPath[],
  heard: ReadonlySet<string>,
): readonly Crossing[] {
  const bridges = states.flatMap((state) => bridgesOf(state, taps));
  return paths
    .flatMap((path) => bridges.flatMap((bridge) => crossingsOf(bridge, path, heard)))
    .sort((a, b) => Number(a.first.packet.ns - b.first.packet.ns));
}

function bridgesOf({ host, interfaces }: LearnedState, taps: readonly TapPlace[]): readonly Bridge[] {
  const tapAt = (dev: string) => {
    const tap = taps.find((one) => one.host === host && one.dev === dev)?.name;
    return tap === undefined ? {} : { tap };
  };
  return interfaces
    .filter(({ kind }) => kind === 'bridge')
    .map(({ name }) => ({
      host,
      name,
      ...tapAt(name),
      ports: interfaces
        .filter(
          ({ master, details: { state } }) => master === name && (state ?? 'forwarding') === 'forwarding',
        )
        .map(({ name: dev, details: { hairpin, flood } }) => {
          return { dev, hairpin: hairpin === true, flood: flood !== false, ...tapAt(dev) };
        }),
    }));
}

/** A frame crosses a bridge twice when a router behind it sends it back: then with other MACs. */
function crossingsOf(bridge: Bridge, path: PacketPath, heard: ReadonlySet<string>): readonly Crossing[] {
  const devOf = new Map<string, string>();
  for (const { dev, tap } of bridge.ports) if (tap !== undefined) devOf.set(tap, dev);
  if (bridge.tap !== undefined) devOf.set(bridge.tap, bridge.name);
  const seen = path.sightings.filter(({ tap }) => devOf.has(tap));
  const frames = Map.groupBy(seen, ({ packet }) => `${packet.eth?.src} ${packet.eth?.dst}`);
  return [...frames.values()].map((sightings) => {
    const first = firstOf(sightings, bridge.tap);
    const inDev = devOf.get(first.tap) as string;
    const outTaps = sightings.filter((one) => one !== first && one.tap !== bridge.tap).map(({ tap }) => tap);
    const outDevs = bridge.ports.flatMap(({ dev, tap }) => (tap && outTaps.includes(tap) ? [dev] : []));
    const { host, name } = bridge;
    const flood = flooding(bridge, first, inDev, outDevs, heard);
    return { host, bridge: name, inDev, first, path, outDevs, ...flood };
  });
}

/**
 * The kernel stamps a frame when it is received, and the bridge passes that stamp on: of equal ones the port's is the
 * first. What the node sends is stamped at the bridge before any port.
 */
function firstOf(sightings: readonly Sighting[], bridgeTap: string | undefined): Sighting {
  const [earliest] = sightings as readonly [Sighting];
  const port = sightings.find(({ tap, packet }) => tap !== bridgeTap && packet.ns === earliest.packet.ns);
  return port ?? earliest;
}

function flooding(
  { name, ports }: Bridge,
  { packet }: Sighting,
  inDev: string,
  outDevs: readonly string[],
  heard: ReadonlySet<string>,
): Pick<Crossing, 'flooded' | 'unclear'> {
  const toOne = !isGroup(packet.eth?.dst ?? '');
  const others = ports.filter((port) => (port.dev !== inDev || port.hairpin) && (port.flood || !toOne));
  if (others.length < 2) return { unclear: `there is but one port of ${name} that it could leave by` };
  const without = others.filter(({ dev }) => !outDevs.includes(dev));
  const [blind] = without;
  if (blind === undefined) return { flooded: true };
  if (without.some(({ tap }) => tap !== undefined && heard.has(tap))) return { flooded: false };
  const { dev, tap } = blind;
  return { unclear: tap === undefined ? `there is no tap at ${dev}` : `tap ${tap} saw no packet at all` };
}
