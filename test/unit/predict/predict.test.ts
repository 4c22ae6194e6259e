// Predicted paths of both labs, from their recorded kernels: what the articles show, hop by hop, and each kind of fault.
import { describe, expect, test } from 'vitest';
import type { LookupRoute } from '../../../infra/observe/forwarding-state.ts';
import type { HostSnapshot, LabSnapshot, NetfilterRow } from '../../../infra/observe/snapshot.ts';
import { predictExchange, predictSeries } from '../../../infra/predict/exchange.ts';
import type { Flow } from '../../../infra/predict/flow.ts';
import { hops } from '../../../infra/predict/hop.ts';
import { predict } from '../../../infra/predict/predict.ts';
import { changed, forwarding, predictable } from './recorded.ts';

const kindnet = predictable('kindnet');
const flannel = predictable('flannel');

const path = (lab: LabSnapshot, flow: Flow) =>
  hops(predict(lab, flow).branches).map(
    (h) => `${h.host} ${h.interface.replace(/^veth.+/, 'veth')} ${h.direction} ${h.ttl}`,
  );
const words = (lab: LabSnapshot, flow: Flow) =>
  hops(predict(lab, flow).branches).flatMap((h) => h.decisions.map((d) => d.words));
const end = (lab: LabSnapshot, flow: Flow) => predict(lab, flow).end;

describe('Kindnet', () => {
  test('same node: routed from veth to veth, TTL one less', () => {
    expect(path(kindnet, { from: 'pod-2', to: '10.244.1.3' })).toEqual([
      'pod-2 eth0 out 64',
      'minikube-m02 veth in 64',
      'minikube-m02 veth out 63',
      'pod-3 eth0 in 63',
    ]);
  });

  test('across nodes: the other node is the next hop, and the pod keeps its address', () => {
    expect(path(kindnet, { from: 'pod-1', to: '10.244.1.2' })).toEqual([
      'pod-1 eth0 out 64',
      'minikube veth in 64',
      'minikube eth0 out 63',
      'minikube-m02 eth0 in 63',
      'minikube-m02 veth out 62',
      'pod-2 eth0 in 62',
    ]);
    expect(words(kindnet, { from: 'pod-1', to: '10.244.1.2' })).toContain(
      'route 10.244.1.0/24 via 192.168.49.3 dev eth0 (table main)',
    );
    expect(predictExchange(kindnet, { from: 'pod-1', to: '10.244.1.2' }).outcome).toBe('delivered');
  });

  test('to the other node: masqueraded, and the answer finds its way back to the pod', () => {
    const flow = { from: 'pod-2', to: '192.168.49.2' };
    expect(end(kindnet, flow)).toMatchObject({ kind: 'delivered', host: 'minikube', src: '192.168.49.3' });
    expect(words(kindnet, flow)).toContain('MASQUERADE: source 10.244.1.2 → 192.168.49.3');
    const { reply, outcome } = predictExchange(kindnet, flow);
    expect(outcome).toBe('delivered');
    const seen = hops(reply?.branches ?? []).map((h) => `${h.host} ${h.direction} ${h.src} → ${h.dst}`);
    expect(seen.at(1)).toBe('minikube-m02 in 192.168.49.2 → 192.168.49.3');
    expect(seen.at(-1)).toBe('pod-2 in 192.168.49.2 → 10.244.1.2');
  });

  test('to its own node: not masqueraded, since the address is local there', () => {
    const flow = { from: 'pod-2', to: '192.168.49.3' };
    expect(end(kindnet, flow)).toMatchObject({ kind: 'delivered', host: 'minikube-m02', src: '10.244.1.2' });
  });

  test('outside: masqueraded by the node, then it leaves what was observed', () => {
    const outside = withRoute(kindnet, 'minikube-m02', { dst: 'default', via: '192.168.49.1', dev: 'eth0' });
    const known = forwarding(outside, 'minikube-m02', ({ neighbours }) => ({
      neighbours: [
        ...neighbours,
        { dst: '192.168.49.1', dev: 'eth0', mac: '02:42:00:00:00:01', state: 'REACHABLE' },
      ],
    }));
    const flow = { from: 'pod-2', to: '203.0.113.7', proto: 'udp', port: 53 } as const;
    const last = hops(predict(known, flow).branches).at(-1);
    expect(last).toMatchObject({
      host: 'minikube-m02',
      interface: 'eth0',
      src: '192.168.49.3',
      dst: '203.0.113.7',
      dstMac: '02:42:00:00:00:01',
    });
    expect(end(known, flow)).toMatchObject({ kind: 'left', interface: 'eth0' });
    // Without a neighbour entry nobody observed answers for the gateway, which may be there all the same.
    expect(end(outside, flow)).toMatchObject({
      kind: 'left',
      words: expect.stringContaining('192.168.49.1'),
    });
  });
});

describe('Flannel', () => {
  test('to the other node: masqueraded behind its own node, not encapsulated, and answered', () => {
    const flow = { from: 'pod-a', to: '192.168.49.3' };
    const there = withRoute(flannel, 'pod-a', { via: '10.42.0.1', dev: 'eth0' });
    const masquerading = withFilter(there, 'node-1', [
      { family: 'ip', table: 'nat', chain: 'POSTROUTING', rule: '-P POSTROUTING ACCEPT' },
      {
        family: 'ip',
        table: 'nat',
        chain: 'POSTROUTING',
        rule: '-A POSTROUTING -s 10.42.0.0/16 ! -d 224.0.0.0/4 -j MASQUERADE',
      },
    ]);
    expect(end(masquerading, flow)).toMatchObject({ kind: 'delivered', host: 'node-2', src: '192.168.49.2' });
    expect(hops(predict(masquerading, flow).branches).some(({ outer }) => outer)).toBe(false);
    expect(predictExchange(masquerading, flow).outcome).toBe('delivered');
  });

  test('same node: bridged, TTL untouched, the pods’ MACs end to end', () => {
    const flow = { from: 'pod-a', to: '10.42.0.3' };
    expect(path(flannel, flow)).toEqual([
      'pod-a eth0 out 64',
      'node-1 veth in 64',
      'node-1 veth out 64',
      'pod-b eth0 in 64',
    ]);
    const macs = hops(predict(flannel, flow).branches).map((h) => `${h.srcMac} ${h.dstMac}`);
    expect(new Set(macs)).toEqual(new Set(['ae:cd:ce:8a:bb:01 d6:12:0b:b4:21:92']));
  });

  test('across nodes: encapsulated between the VTEPs, 50 bytes more on the underlay', () => {
    const flow = { from: 'pod-a', to: '10.42.1.2' };
    expect(path(flannel, flow)).toEqual([
      'pod-a eth0 out 64',
      'node-1 veth in 64',
      'node-1 cni0 in 64',
      'node-1 flannel.1 out 63',
      'node-1 eth0 out 63',
      'node-2 eth0 in 63',
      'node-2 flannel.1 in 63',
      'node-2 cni0 out 62',
      'node-2 veth out 62',
      'pod-d eth0 in 62',
    ]);
    const underlay = hops(predict(flannel, flow).branches).filter((h) => h.outer);
    expect(underlay.map((h) => h.interface)).toEqual(['eth0', 'eth0']);
    expect(underlay[0]).toMatchObject({
      length: 84,
      srcMac: '0e:00:00:00:00:01',
      dstMac: '0e:00:00:00:00:02',
      outer: { src: '192.168.49.2', dst: '192.168.49.3', length: 134, port: 8472, vni: 1, ttl: 64 },
    });
  });

  test('a bridge that has forgotten a pod floods, and the hairpin port echoes', () => {
    const forgotten = changed(flannel, 'node-1', ({ fdb }) => ({
      fdb: fdb.filter(({ mac }) => mac !== 'd6:12:0b:b4:21:92'),
    }));
    const { branches, outcome } = predict(forgotten, { from: 'pod-a', to: '10.42.0.3' });
    const flooded = hops(branches).filter((h) => h.decisions.some(({ kind }) => kind === 'flood'));
    expect(flooded.map((h) => `${h.host} ${h.interface}`).toSorted()).toEqual([
      'node-1 veth55d295e1',
      'node-1 veth6c006f47',
    ]);
    expect(outcome).toBe('delivered');
    // The answer teaches the bridge nothing new of the asker, and is not flooded.
    const { reply } = predictExchange(forgotten, { from: 'pod-a', to: '10.42.0.3' });
    expect(hops(reply?.branches ?? []).some((h) => h.decisions.some(({ kind }) => kind === 'flood'))).toBe(
      false,
    );
  });
});

const rules = (chain: string, ...lines: string[]): NetfilterRow[] =>
  lines.map((rule) => ({ family: 'ip', table: 'filter', chain, rule }));

describe('what stops a packet is named, with the line that did it', () => {
  const across = { from: 'pod-a', to: '10.42.1.2' };
  const cases: readonly [string, LabSnapshot, Flow, object][] = [
    [
      'a route that is gone',
      withoutRoute(flannel, 'node-1', '10.42.1.0/24'),
      across,
      { kind: 'dropped', host: 'node-1', reason: 'no-route' },
    ],
    [
      'a route that refuses',
      withRoute(flannel, 'node-1', { dst: '10.42.1.2', type: 'blackhole' }),
      across,
      { kind: 'dropped', host: 'node-1', reason: 'blackhole', rule: { line: 'blackhole 10.42.1.2' } },
    ],
    [
      'a rule that refuses the source address: ping is told when it asks for one',
      forwarding(flannel, 'pod-a', ({ rules }) => ({
        rules: [
          { priority: 5, src: '10.42.0.2', table: 'main', not: false, action: 'blackhole', others: [] },
          ...rules,
        ],
      })),
      across,
      {
        kind: 'dropped',
        host: 'pod-a',
        reason: 'blackhole',
        rule: { line: '5: from 10.42.0.2 blackhole' },
      },
    ],
    [
      'forwarding switched off',
      withSysctl(flannel, 'node-2', 'net.ipv4.ip_forward', '0'),
      across,
      {
        kind: 'dropped',
        host: 'node-2',
        reason: 'not-forwarding',
        rule: { line: 'net.ipv4.ip_forward = 0' },
      },
    ],
    [
      'a strict rp_filter on the wrong way back',
      withSysctl(
        withRoute(flannel, 'node-2', { dst: '10.42.0.2', dev: 'eth0', scope: 'link' }),
        'node-2',
        'net.ipv4.conf.flannel/1.rp_filter',
        '1',
      ),
      across,
      {
        kind: 'dropped',
        host: 'node-2',
        reason: 'rp-filter',
        words:
          'net.ipv4.conf.flannel/1.rp_filter = 1: the way back to 10.42.0.2 is eth0, not flannel.1 (10.42.0.2 dev eth0 scope link)',
      },
    ],
    [
      'no FDB entry for the VTEP',
      changed(flannel, 'node-1', ({ fdb }) => ({ fdb: fdb.filter(({ dev }) => dev !== 'flannel.1') })),
      across,
      { kind: 'dropped', host: 'node-1', interface: 'flannel.1', reason: 'no-vtep' },
    ],
    [
      'a VTEP MAC that is nobody’s',
      withNeighbour(flannel, 'node-1', '10.42.1.0', '0e:00:00:00:00:99'),
      across,
      {
        kind: 'dropped',
        host: 'node-1',
        interface: 'flannel.1',
        reason: 'no-vtep',
        words: expect.stringContaining('0e:00:00:00:00:99'),
      },
    ],
    [
      'a packet too big for the overlay, not to be cut',
      flannel,
      { ...across, from: 'node-1', size: 1472, df: 'do' },
      {
        kind: 'dropped',
        host: 'node-1',
        interface: 'flannel.1',
        reason: 'mtu',
        rule: { line: 'flannel.1: mtu 1450' },
      },
    ],
    [
      'an interface that takes less than comes to it, over a segment that was not observed',
      changed(flannel, 'node-2', ({ interfaces }) => ({
        interfaces: interfaces.map((link) => (link.name === 'eth0' ? { ...link, mtu: 600 } : link)),
      })),
      { ...across, size: 900 },
      { kind: 'dropped', host: 'node-2', interface: 'eth0', reason: 'mtu', rule: { line: 'eth0: mtu 600' } },
    ],
    [
      'a FORWARD rule',
      withFilter(
        flannel,
        'node-2',
        rules('FORWARD', '-P FORWARD ACCEPT', '-A FORWARD -d 10.42.1.2/32 -p icmp -j DROP'),
      ),
      across,
      {
        kind: 'dropped',
        host: 'node-2',
        reason: 'filter',
        rule: { line: 'filter: -A FORWARD -d 10.42.1.2/32 -p icmp -j DROP' },
      },
    ],
    [
      'an address that nobody has, on a bridge that was observed',
      flannel,
      { from: 'pod-a', to: '10.42.0.77' },
      {
        kind: 'dropped',
        host: 'pod-a',
        reason: 'no-neighbour',
        words: expect.stringContaining('nobody answers ARP for 10.42.0.77 on eth0'),
      },
    ],
  ];
  test.each(cases)('%s', (_, lab, flow, expected) => {
    expect(end(lab, flow)).toMatchObject(expected);
  });

  test('without DF it travels in fragments', () => {
    const flow = { from: 'node-1', to: '10.42.1.2', size: 1472, df: 'dont' } as const;
    expect(end(flannel, flow)).toMatchObject({ kind: 'delivered', host: 'pod-d' });
    const [first] = hops(predict(flannel, flow).branches);
    expect(first).toMatchObject({ interface: 'flannel.1', length: 1500, fragment: 1444 });
  });

  test('bridged frames meet FORWARD rules only where br_netfilter shows them', () => {
    const drop = withFilter(flannel, 'node-1', rules('FORWARD', '-P FORWARD DROP'));
    const flow = { from: 'pod-a', to: '10.42.0.3' };
    const call = (value: string) => withSysctl(drop, 'node-1', 'net.bridge.bridge-nf-call-iptables', value);
    expect(end(call('0'), flow)).toMatchObject({ kind: 'delivered' });
    expect(end(call('1'), flow)).toMatchObject({
      kind: 'dropped',
      rule: { line: 'filter: -P FORWARD DROP' },
    });
  });

  test('a rule that is not understood is not guessed at', () => {
    const odd = withFilter(
      flannel,
      'node-1',
      rules('FORWARD', '-P FORWARD ACCEPT', '-A FORWARD -m bpf --bytecode "1,6 0 0 0" -j DROP'),
    );
    expect(end(odd, across)).toMatchObject({ kind: 'unknown', words: expect.stringContaining('-m bpf') });
    // One that cannot match, whatever its unknown part says, is no obstacle.
    const other = withFilter(
      flannel,
      'node-1',
      rules('FORWARD', '-P FORWARD ACCEPT', '-A FORWARD -p tcp -m bpf --bytecode "1" -j DROP'),
    );
    expect(end(other, across)).toMatchObject({ kind: 'delivered' });
  });

  test.each<[string, LabSnapshot, string]>([
    [
      'a qdisc that loses packets on purpose',
      changed(flannel, 'node-1', ({ qdiscs }) => ({
        qdiscs: [...qdiscs.filter(({ dev }) => dev !== 'eth0'), { dev: 'eth0', kind: 'netem', handle: '1:' }],
      })),
      'unknown: qdisc netem at eth0 of node-1 is not modelled',
    ],
    [
      'an ingress qdisc that is not the bandwidth plugin’s',
      changed(flannel, 'node-2', ({ qdiscs }) => ({
        qdiscs: [...qdiscs, { dev: 'eth0', kind: 'ingress', handle: 'ffff:' }],
      })),
      'unknown: qdisc ingress at eth0 of node-2 is not modelled',
    ],
    [
      'a program at the bridge itself',
      changed(flannel, 'node-1', ({ qdiscs }) => ({
        qdiscs: [...qdiscs, { dev: 'cni0', kind: 'clsact', handle: 'ffff:' }],
      })),
      'unknown: qdisc clsact at cni0 of node-1 is not modelled',
    ],
    [
      'an XDP program',
      forwarding(flannel, 'node-2', ({ links }) => ({
        links: links.map((link) => ({ ...link, xdp: link.name === 'flannel.1' })),
      })),
      'unknown: an XDP program at flannel.1 of node-2 is not modelled',
    ],
    [
      'a route with a tunnel of its own',
      withRoute(flannel, 'node-1', { dst: '10.42.1.2', dev: 'eth0', encap: 'mpls' }),
      'unknown: encap mpls of a route is not modelled',
    ],
    [
      'a gateway that is the host’s own address',
      withRoute(flannel, 'node-1', { dst: '10.42.1.2', via: '10.42.0.1', dev: 'cni0' }),
      "the next hop 10.42.0.1 is node-1's own: whether it counts depends on what was there first",
    ],
    [
      'a packet filter that could not be read',
      unreadable(flannel, 'node-2'),
      'the packet filter of node-2 could not be read',
    ],
  ])('%s is not guessed at', (_, lab, words) => {
    expect(end(lab, across)).toMatchObject({ kind: 'unknown', words });
  });

  test.each(['224.0.0.1', '255.255.255.255', '0.0.0.0', '10.42.0.255'])(
    '%s is for many: not guessed at',
    (to) => {
      expect(end(flannel, { from: 'pod-a', to })).toMatchObject({ kind: 'unknown', host: 'pod-a' });
    },
  );

  test('two that answer ARP for one address leave it open who wins', () => {
    const own = route({ dst: '10.42.0.1', dev: 'eth0', type: 'local', table: 'local', scope: 'host' });
    const twice = forwarding(flannel, 'pod-b', ({ routes }) => ({ routes: [...routes, own] }));
    const asking = forwarding(twice, 'pod-a', () => ({ neighbours: [] }));
    expect(end(asking, across)).toMatchObject({
      kind: 'unknown',
      words: expect.stringContaining('more than one answers ARP for 10.42.0.1'),
    });
  });
});

test('a snapshot that was not taken for predictions, and a flow that makes no sense, are refused', () => {
  const { forwarding: _, ...without } = flannel.hosts['node-1'] as HostSnapshot;
  const lab = { ...flannel, hosts: { ...flannel.hosts, 'node-1': without } };
  expect(() => predict(lab, { from: 'pod-a', to: '10.42.1.2' })).toThrow('observe with forwarding: true');
  expect(() => predict(flannel, { from: 'pod-z', to: '10.42.1.2' })).toThrow(
    '"pod-z" was not observed; there are node-1',
  );
  expect(() => predict(flannel, { from: 'pod-a', to: 'pod-b' })).toThrow(
    '"pod-b" is not an IPv4 or IPv6 address',
  );
});

function route(some: Partial<LookupRoute>): LookupRoute {
  const plain = {
    dst: 'default',
    scope: 'global',
    protocol: 'boot',
    table: 'main',
    type: 'unicast',
    onlink: false,
    flags: [],
  };
  return { ...plain, ...some };
}

function unreadable(lab: LabSnapshot, host: string): LabSnapshot {
  return changed(lab, host, ({ forwarding: state }) => {
    if (state === undefined) throw new Error(`${host} was recorded without what forwards`);
    const { netfilter: _, ...rest } = state;
    return { forwarding: rest };
  });
}

function withRoute(lab: LabSnapshot, host: string, some: Partial<LookupRoute>): LabSnapshot {
  return forwarding(lab, host, ({ routes }) => ({ routes: [...routes, route(some)] }));
}

function withoutRoute(lab: LabSnapshot, host: string, dst: string): LabSnapshot {
  return forwarding(lab, host, ({ routes }) => ({ routes: routes.filter((r) => r.dst !== dst) }));
}

function withNeighbour(lab: LabSnapshot, host: string, dst: string, mac: string): LabSnapshot {
  return forwarding(lab, host, ({ neighbours }) => ({
    neighbours: neighbours.map((n) => (n.dst === dst ? { ...n, mac } : n)),
  }));
}

function withSysctl(lab: LabSnapshot, host: string, name: string, value: string): LabSnapshot {
  return changed(lab, host, ({ sysctls }) => ({
    sysctls: [...sysctls.filter((s) => s.name !== name), { name, value }],
  }));
}

function withFilter(lab: LabSnapshot, host: string, netfilter: readonly NetfilterRow[]): LabSnapshot {
  return forwarding(lab, host, () => ({ netfilter }));
}

describe('a router that refuses a packet as too big', () => {
  const narrow = forwarding(flannel, 'node-1', ({ routes }) => ({
    routes: routes.map((route) => (route.dst === '10.42.1.0/24' ? { ...route, mtu: 1300 } : route)),
  }));

  test('tells its sender, who may send something else the next time', () => {
    const series = predictSeries(narrow, { from: 'pod-a', to: '10.42.1.2', size: 1400, df: 'want' }, 3);
    expect(series.map(({ outcome }) => outcome)).toEqual(['dropped', 'unknown', 'unknown']);
    expect(series[1]?.end).toMatchObject({
      host: 'pod-a',
      words: expect.stringContaining('refused as too big'),
    });
  });

  test('has nothing to tell where the packet fits', () => {
    const series = predictSeries(narrow, { from: 'pod-a', to: '10.42.1.2', size: 900 }, 3);
    expect(series.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered', 'delivered']);
  });
});
