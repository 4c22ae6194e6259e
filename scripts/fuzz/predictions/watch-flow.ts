// One flow of a standing lab: foretold from its kernels as they are now, then sent, and looked for at every interface.
import type { Cluster } from '../../../infra/backends/backend.ts';
import { watchJourney } from '../../../infra/experiments/watch-journey.ts';
import { assemble } from '../../../infra/journey/assemble.ts';
import { agreement } from '../../../infra/journey/journeys.ts';
import type { Lab } from '../../../infra/lab/lab.ts';
import { observePaths } from '../../../infra/observe/observe-paths.ts';
import type { PacketPath } from '../../../infra/observe/paths.ts';
import type { Flow } from '../../../infra/predict/flow.ts';
import { endWords } from '../../../infra/predict/steps.ts';
import { everyInterface } from './every-interface.ts';

export interface Seen {
  /** How it is foretold to end. */
  readonly outcome: 'delivered' | 'dropped' | 'unknown';
  readonly end: string;
  readonly answered: boolean;
  /** Places that were compared. */
  readonly hops: number;
  /** What is otherwise than foretold; empty when nothing is. */
  readonly differences: readonly string[];
  /** Taps that may have missed something, and why: with any, nothing can be said. */
  readonly deaf: readonly string[];
}

const PACKETS = 2;

/**
 * @throws CaptureError when a tap did not start
 * @throws ObserveError, HostError when the lab cannot be read
 */
export async function watchFlow(cluster: Cluster, lab: Lab, flow: Flow, signal: AbortSignal): Promise<Seen> {
  const observed = await observePaths(cluster, lab, { signal });
  const { hosts } = observed.lab;
  const state = { hosts: { ...hosts, ...observed.beyond } };
  const size = flow.size ?? 56;
  const df = flow.df === undefined || flow.df === 'want' ? [] : ['-M', flow.df];
  const { series, paths, places, isOwn, result, clocks, tapped } = await watchJourney({
    ...{ state, flow, count: PACKETS, extra: everyInterface({ hosts }), vxlanPort: lab.network.port, signal },
    host: (name) => (name in hosts ? cluster.host(name) : undefined),
    send: (cookie) => {
      const ping = ['ping', '-n', '-c', `${PACKETS}`, '-i', '0.2', '-W', '1', '-s', `${size}`];
      return cluster.host(flow.from).run([...ping, ...df, '-p', cookie, flow.to], { signal });
    },
  });
  const ofSeries = ({ sightings }: PacketPath) => sightings.some(({ packet }) => isOwn(packet));
  const { packets, others } = assemble({ predicted: series, paths, places, ofSeries, clocks });
  const deaf = tapped.flatMap(({ name, status, reason }) =>
    status === 'complete' ? [] : [`tap ${name}: ${reason ?? status}`],
  );
  const echoes = packets.filter(({ packet }) => packet.startsWith('echo'));
  const strangers = others.filter((path) => path.packet.startsWith('echo') && ofSeries(path));
  // What cannot be told of one packet can seldom be told of the next.
  const { outcome = 'unknown', end } =
    series.find((exchange) => exchange.outcome === 'unknown') ?? series[0] ?? {};
  return {
    outcome,
    end: end ? endWords(end) : 'nothing was foretold',
    answered: / [1-9]\d* received/.test(result.stdout) && !result.stdout.includes('DIFFERENT ADDRESS'),
    hops: packets.reduce((sum, { hops: all }) => sum + all.length, 0),
    differences: [
      ...echoes
        .filter((packet) => agreement(packet) === false)
        .flatMap(({ packet, seq, hops: all }) =>
          all.flatMap((hop) => hop.differences.map((words) => `${packet} ${seq}: ${words}`)),
        ),
      ...strangers.map(({ identity, sightings }) => {
        return `seen and not foretold: ${identity} at ${sightings.map(({ tap }) => tap).join(', ')}`;
      }),
    ],
    deaf,
  };
}
