// A real ping between nodes of which one says that it is another machine, with a clock that is minutes away.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../../infra/backends/backend.ts';
import type { Host } from '../../../infra/backends/host.ts';
import { pickNetwork } from '../../../infra/cni/config-dir.ts';
import { pathRows } from '../../../infra/experiments/captured.ts';
import { clocksHeard } from '../../../infra/experiments/clocks-heard.ts';
import { listen } from '../../../infra/experiments/listen.ts';
import { tapClocks } from '../../../infra/experiments/tap-clocks.ts';
import { watchJourney } from '../../../infra/experiments/watch-journey.ts';
import { assemble } from '../../../infra/journey/assemble.ts';
import { agreement, journeys } from '../../../infra/journey/journeys.ts';
import { observeHost } from '../../../infra/observe/observe-host.ts';
import { anotherKernel } from '../../support/another-kernel.ts';
import { ADDRESSES, type EditedLab, editedLab } from '../../support/edited-lab.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';

/** tcpdump gives up root, which a user namespace with one uid does not let it do: real root is needed. */
const isRoot = process.getuid?.() === 0;
const AHEAD = 150;
const FAR = ['n2', 'a2', 'b2', 'c2'];

describe.skipIf(!isRoot)('two kernels', () => {
  let machine: PrivateHost;
  let lab: EditedLab;
  beforeAll(async () => {
    machine = await privateHost('kernels', { userns: false });
    lab = await editedLab(machine);
  });
  afterAll(async () => {
    await lab?.close();
    await machine?.close();
  });

  /** @param far makes hosts of the second node what they are to be */
  async function watch(far: (host: Host) => Host) {
    const hosts = new Map(
      [...lab.hosts].map(([name, host]) => [name, FAR.includes(name) ? far(host) : host]),
    );
    const read = [...hosts].map(async ([name, host]) => {
      const role = /^[nu]/.test(name) ? 'node' : 'pod';
      return [name, await observeHost(host, role, { forwarding: true, pickNetwork, leaseDirs: [] })] as const;
    });
    const state = { hosts: Object.fromEntries(await Promise.all(read)) };
    const flow = { from: 'a1', to: ADDRESSES.a2 ?? '' };
    const { series, paths, places, isOwn, clocks } = await watchJourney({
      ...{ state, flow, count: 2, extra: [], vxlanPort: 8472 },
      host: (name) => hosts.get(name),
      send: (cookie) => lab.sh('a1', `ping -n -c 2 -i 0.2 -W 1 -p ${cookie} ${flow.to}`),
    });
    const { packets } = assemble({
      predicted: series,
      paths,
      places,
      ofSeries: ({ sightings }) => sightings.some(({ packet }) => isOwn(packet)),
      clocks,
    });
    return { clocks, packets, journeys: journeys(packets) };
  }

  test('each packet is followed from one to the other, and nobody tells how long that took', async () => {
    const { clocks, packets, journeys: found } = await watch((host) => anotherKernel(host, 'far', AHEAD));
    expect([...clocks.keys()].sort()).toEqual(['a2', 'b2', 'n2']);
    const off = Number(clocks.get('n2')?.aheadNs) - AHEAD * 1e9;
    // By the readings it would be 15 ms: the packets have said it better.
    expect(Number(clocks.get('n2')?.uncertainNs)).toBeLessThan(8e6);
    expect(Math.abs(off)).toBeLessThanOrEqual(Number(clocks.get('n2')?.uncertainNs) + 1000);
    expect(packets.map(({ packet, hops }) => [packet, ...hops.flatMap((h) => h.differences)])).toEqual(
      packets.map(({ packet }) => [packet]),
    );
    expect(packets.map(agreement)).toEqual(packets.map(() => true));
    const crossing = found
      .filter(({ packet }) => packet.startsWith('echo'))
      .map(({ hops }) =>
        hops.filter(({ otherClock }) => otherClock).map(({ host, dev }) => `${host}/${dev}`),
      );
    expect(new Set(crossing.flat())).toEqual(new Set(['n2/eth0', 'underlay/u2']));
    expect(crossing.every((places) => places.length === 1)).toBe(true);
  });

  test('a capture asks the nodes whose clock is whose, and orders what their taps saw', async () => {
    const hosts = new Map(
      [...lab.hosts].map(([name, host]) => [
        name,
        FAR.includes(name) ? anotherKernel(host, 'far', AHEAD) : host,
      ]),
    );
    const cluster = {
      host: (name: string) => hosts.get(name),
      pods: async () => ['a1', 'a2'].map((name) => ({ name, node: name.replace('a', 'n') })),
    } as unknown as Cluster;
    const taps = ['a1', 'n1', 'n2', 'a2'].map((name) => {
      return { name, host: hosts.get(name) as Host, dev: 'eth0' };
    });
    const { signal } = new AbortController();
    const clockOf = tapClocks({ cluster, signal }, taps);
    const heard = await listen({ taps, filter: '', vxlanPort: 8472, clockOf }, () =>
      lab.sh('a1', `ping -n -c 2 -i 0.2 -W 1 ${ADDRESSES.a2}`),
    );
    expect([...clocksHeard(heard).keys()]).toEqual(['n2', 'a2']);
    const paths = pathRows(heard.decoded, heard.paths) as readonly { packet: string; at: object }[];
    const ways = paths
      .filter(({ packet }) => packet.startsWith('echo'))
      .map(({ packet, at }) => [packet, ...Object.keys(at)]);
    const [there, back] = [
      ['echo-request', 'a1', 'n1', 'n2', 'a2'],
      ['echo-reply', 'a2', 'n2', 'n1', 'a1'],
    ];
    expect(ways).toEqual([there, back, there, back]);
    for (const { at } of paths) {
      const stamps = Object.values(at) as number[];
      expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
    }
    const near = taps.filter(({ name }) => name.endsWith('1'));
    const asked: string[] = [];
    const host = (name: string) => {
      asked.push(name);
      return cluster.host(name);
    };
    expect(await tapClocks({ cluster: { ...cluster, host }, signal }, near)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  test('one kernel has one clock', async () => {
    const { clocks, packets, journeys: found } = await watch((host) => host);
    expect(clocks.size).toBe(0);
    expect(packets.map(agreement)).toEqual(packets.map(() => true));
    expect(JSON.stringify(found)).not.toMatch(/[cC]lock/);
  });
});
