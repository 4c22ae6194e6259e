// The way of a flow, watched: kernels are read and the series is foretold, while taps are started where it will probably pass.
import type { PodStatus } from '../backends/backend.ts';
import type { Host } from '../backends/host.ts';
import { guessTaps } from '../journey/guess-taps.ts';
import { attachedPods } from '../journey/in-node.ts';
import { distinctPlaces, type Place } from '../journey/place.ts';
import type { LabSnapshot } from '../observe/snapshot.ts';
import type { Flow } from '../predict/flow.ts';
import type { Running } from './experiment.ts';
import { listenEarly } from './listen.ts';
import { observeWay } from './observe-way.ts';
import { type PingObservation, runPing, type Traffic } from './run-ping.ts';
import { tapsAt, type Watched, watchJourney } from './watch-journey.ts';

/**
 * @param asked places to listen at beside those on the way
 * @param pods those that stand
 * @returns the lab as it was observed, with the taps in it, and what was seen
 * @throws as `observeWay`, `predict`, `listen` and `runPing` do. No tap is left then
 */
export async function watchWay(
  running: Running,
  flow: Flow,
  ping: Traffic,
  asked: readonly Place[],
  pods: readonly PodStatus[],
): Promise<{ readonly lab: LabSnapshot; readonly watched: Watched<PingObservation> }> {
  const { cluster, lab, signal } = running;
  const host = eachOnce((name) => cluster.host(name));
  const guessed = distinctPlaces([...guessTaps(lab, attachedPods(pods), flow), ...asked]);
  const early = listenEarly(tapsAt(guessed, host), '', signal);
  try {
    const { first, ...state } = await observeWay(
      running,
      flow,
      asked.map((place) => place.host),
      pods,
    );
    const watched = await watchJourney({
      ...{ state: { hosts: { ...state.lab.hosts, ...state.beyond } }, first },
      ...{ flow, count: ping.count, extra: asked, vxlanPort: lab.network.port, signal, early },
      host: (name) => (name in state.lab.hosts ? host(name) : undefined),
      send: (cookie) => runPing(running, ping, cookie),
    });
    return { lab: state.lab, watched };
  } finally {
    await early.end();
  }
}

/** A cluster looks up on disk who is there. */
function eachOnce(find: (name: string) => Host): (name: string) => Host {
  const found = new Map<string, Host>();
  return (name) => {
    const host = found.get(name) ?? find(name);
    found.set(name, host);
    return host;
  };
}
