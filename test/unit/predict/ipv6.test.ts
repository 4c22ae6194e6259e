// What IPv6 does differently from IPv4, each on a lab's real state with one thing changed in it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FamilyState, ForwardingState } from '../../../infra/observe/forwarding-state.ts';
import type { HostSnapshot } from '../../../infra/observe/snapshot.ts';
import { predictExchange, predictSeries } from '../../../infra/predict/exchange.ts';
import { hops } from '../../../infra/predict/hop.ts';
import { predict } from '../../../infra/predict/predict.ts';
import { editedLab } from '../../support/edited-lab.ts';
import { ADDRESSES6, addIpv6 } from '../../support/edited-lab6.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';

type Hosts = Readonly<Record<string, HostSnapshot>>;

let machine: PrivateHost;
let hosts: Hosts;

beforeAll(async () => {
  machine = await privateHost('six');
  const lab = await editedLab(machine);
  await addIpv6(lab);
  ({ hosts } = await lab.observe());
});
afterAll(() => machine?.close());

const at = (name: string) => ADDRESSES6[name] ?? '';

function forwarding(
  host: string,
  change: (state: ForwardingState) => Partial<ForwardingState>,
): { hosts: Hosts } {
  const snapshot = hosts[host] as HostSnapshot;
  const state = snapshot.forwarding as ForwardingState;
  return { hosts: { ...hosts, [host]: { ...snapshot, forwarding: { ...state, ...change(state) } } } };
}
const ipv6 = (host: string, change: (state: FamilyState) => Partial<FamilyState>) =>
  forwarding(host, ({ ipv6: state }) => (state ? { ipv6: { ...state, ...change(state) } } : {}));

function sysctl(host: string, name: string, value: string): { hosts: Hosts } {
  const snapshot = hosts[host] as HostSnapshot;
  const sysctls = [...snapshot.sysctls.filter((row) => row.name !== name), { name, value }];
  return { hosts: { ...hosts, [host]: { ...snapshot, sysctls } } };
}

function mtu(host: string, dev: string, bytes: number): { hosts: Hosts } {
  const snapshot = hosts[host] as HostSnapshot;
  const interfaces = snapshot.interfaces.map((row) => (row.name === dev ? { ...row, mtu: bytes } : row));
  return { hosts: { ...hosts, [host]: { ...snapshot, interfaces } } };
}

const rules = (host: string, family: string, ...lines: readonly string[]) =>
  forwarding(host, ({ netfilter = [] }) => ({
    netfilter: [...netfilter, ...lines.map((rule) => ({ family, table: 't', chain: 'c', rule }))],
  }));

const far = { from: 'c1', to: at('c2') };
const end = (state: { hosts: Hosts }, flow: Parameters<typeof predict>[1] = far) => predict(state, flow).end;

test('a packet goes by the same interfaces as in IPv4, and loses one hop at each router', () => {
  const { request, reply, outcome } = predictExchange({ hosts }, far);
  expect(outcome).toBe('delivered');
  const seen = hops(request.branches).map(({ host, interface: dev, ttl }) => `${host} ${dev} ${ttl}`);
  expect(seen).toEqual([
    ...['c1 eth0 64', 'n1 c 64', 'n1 eth0 63', 'underlay u1 63', 'underlay u2 63', 'n2 eth0 63'],
    ...['n2 c 62', 'c2 eth0 62'],
  ]);
  expect(reply?.end).toMatchObject({ kind: 'delivered', host: 'c1', packet: { ttl: 62 } });
});

test('in a VXLAN tunnel the outer packet is the same as in IPv4', () => {
  const { branches } = predict({ hosts }, { from: 'a1', to: at('a2') });
  const outer = hops(branches).flatMap((hop) => hop.outer ?? []);
  expect(outer[0]).toMatchObject({ src: '192.168.50.2', dst: '192.168.50.3', vni: 1, length: 104 + 50 });
});

describe('neighbour discovery', () => {
  test('asks the solicited-node group, and whoever has the address answers', () => {
    const words = predict({ hosts }, far).branches.flatMap(({ decisions }) =>
      decisions.map(({ words }) => words),
    );
    expect(words.join('\n')).toMatch(/neighbour discovery for fd44:0:0:1::1 on eth0: answered by n1 c with /);
  });

  test('cannot be done by a router whose interface has no link-local address', () => {
    const without = ipv6('n2', ({ addresses }) => ({
      addresses: addresses.filter(({ dev, scope }) => !(dev === 'c' && scope === 'link')),
    }));
    expect(end(without)).toMatchObject({
      reason: 'no-neighbour',
      words: expect.stringContaining('c of n2 has no link-local address to ask for'),
    });
  });

  test('answers for an address only on the interface that has it, unlike ARP', () => {
    // Another address of the same group, so that the question is heard.
    const moved = ipv6('c2', ({ addresses }) => ({
      addresses: addresses.flatMap((a) =>
        a.address === at('c2')
          ? [
              { ...a, dev: 'lo' },
              { ...a, address: 'fd99::2', peer: 'fd99::2' },
            ]
          : [a],
      ),
    }));
    expect(end(moved)).toMatchObject({ reason: 'no-neighbour' });
    const v4 = forwarding('c2', ({ addresses }) => ({
      addresses: addresses.map((a) => (a.address === '10.44.2.2' ? { ...a, dev: 'lo' } : a)),
    }));
    expect(end(v4, { from: 'c1', to: '10.44.2.2' })).toMatchObject({ kind: 'delivered' });
  });

  test('answers for no address that is still tentative', () => {
    const tentative = ipv6('c2', ({ addresses }) => ({
      addresses: addresses.map((a) => (a.address === at('c2') ? { ...a, flags: ['tentative'] } : a)),
    }));
    expect(end(tentative)).toMatchObject({ reason: 'no-neighbour' });
  });

  test('is stopped by a rule that drops it, which is then named', () => {
    const closed = rules(
      'c2',
      'ip6',
      'type filter hook input priority filter; policy accept;',
      'icmpv6 type nd-neighbor-solicit drop',
    );
    expect(end(closed)).toMatchObject({
      reason: 'no-neighbour',
      rule: { host: 'c2', line: 't: icmpv6 type nd-neighbor-solicit drop' },
    });
  });

  test('answers for others only where it is told to and the host is a router', () => {
    const wanted = 'fd42:0:0:1::99';
    const listed = (value: string) => {
      const state = ipv6('n1', () => ({ proxies: [{ dst: wanted, dev: 'cni0' }] }));
      const n1 = state.hosts.n1 as HostSnapshot;
      const sysctls = [
        ...n1.sysctls.filter(({ name }) => name !== 'net.ipv6.conf.cni0.proxy_ndp'),
        { name: 'net.ipv6.conf.cni0.proxy_ndp', value },
      ];
      return end({ hosts: { ...state.hosts, n1: { ...n1, sysctls } } }, { from: 'a1', to: wanted });
    };
    expect(listed('0')).toMatchObject({ reason: 'no-neighbour', host: 'a1' });
    // The router takes the packet, and finds nobody there itself.
    expect(listed('1')).toMatchObject({ reason: 'no-neighbour', host: 'n1' });
  });
});

describe('size', () => {
  test('what is too big for the next link comes back, whether its sender would let it be cut or not', () => {
    for (const df of ['want', 'dont'] as const)
      expect(end(mtu('n1', 'eth0', 1400), { ...far, size: 1400, df })).toMatchObject({
        reason: 'mtu',
        host: 'n1',
        words: expect.stringContaining('packet too big: 1448 bytes are more than the MTU 1400 of eth0'),
      });
  });

  test('whose answer came back as too big answers otherwise the next time, and how cannot be foretold', () => {
    const narrow = ipv6('n1', ({ routes }) => ({
      routes: routes.map((route) => (route.dst === at('c1') ? { ...route, mtu: 1400 } : route)),
    }));
    const series = predictSeries(narrow, { from: 'c1', to: at('n2'), size: 2000 }, 2);
    expect(series.map(({ request, outcome }) => [request.outcome, outcome])).toEqual([
      ['delivered', 'dropped'],
      ['delivered', 'unknown'],
    ]);
  });

  test('the sender cuts what is too big for its own link, with a fragment header in each piece', () => {
    const { end: last, branches } = predict({ hosts }, { ...far, size: 3000 });
    expect(last.kind).toBe('delivered');
    expect(hops(branches)[0]).toMatchObject({ length: 3048, fragment: 1496 });
    expect(end({ hosts }, { ...far, size: 3000, df: 'do' })).toMatchObject({ reason: 'mtu', host: 'c1' });
  });

  test('no link is narrower than 1280 bytes', () => {
    expect(end(mtu('n1', 'c', 1000), { from: 'n1', to: at('c1'), size: 1232, df: 'do' })).not.toMatchObject({
      words: expect.stringContaining('message too long'),
    });
  });
});

describe('a host', () => {
  test('forwards by the switch for all interfaces; an interface’s own does nothing', () => {
    expect(end(sysctl('n1', 'net.ipv6.conf.all.forwarding', '0'))).toMatchObject({
      reason: 'not-forwarding',
      rule: { line: 'net.ipv6.conf.all.forwarding = 0' },
    });
    expect(end(sysctl('n1', 'net.ipv6.conf.c.forwarding', '0'))).toMatchObject({ kind: 'delivered' });
  });

  test('sends with the hop limit of the interface, and answers no echo where it is told so', () => {
    expect(end(sysctl('c1', 'net.ipv6.conf.eth0.hop_limit', '2'))).toMatchObject({
      reason: 'ttl',
      host: 'n2',
    });
    const { outcome, end: last } = predictExchange(sysctl('c2', 'net.ipv6.icmp.echo_ignore_all', '1'), far);
    expect({ outcome, last }).toMatchObject({ outcome: 'dropped', last: { host: 'c2' } });
  });

  test('with IPv6 switched off takes nothing', () => {
    expect(end(sysctl('n2', 'net.ipv6.conf.eth0.disable_ipv6', '1'))).toMatchObject({
      reason: expect.stringMatching(/no-neighbour|ipv6-off/),
    });
    const { ipv6: _, ...none } = (hosts.c1 as HostSnapshot).forwarding as ForwardingState;
    const state = { hosts: { ...hosts, c1: { ...(hosts.c1 as HostSnapshot), forwarding: none } } };
    expect(end(state)).toMatchObject({
      reason: 'no-route',
      words: expect.stringContaining('has no IPv6 address'),
    });
  });
});

describe('packet filters', () => {
  const chain = 'type filter hook forward priority filter; policy accept;';

  test('of IPv4 meet no IPv6 packet, and the other way round; a table inet meets both', () => {
    expect(end(rules('n1', 'ip', chain, 'drop'))).toMatchObject({ kind: 'delivered' });
    expect(end(rules('n1', 'ip6', chain, 'drop'))).toMatchObject({ reason: 'filter' });
    expect(end(rules('n1', 'inet', chain, 'drop'))).toMatchObject({ reason: 'filter' });
    const v4 = { from: 'c1', to: '10.44.2.2' };
    expect(end(rules('n1', 'ip6', chain, 'drop'), v4)).toMatchObject({ kind: 'delivered' });
  });

  test.each([
    ['ip ttl != 64 drop', 'delivered'],
    ['ip6 hoplimit != 64 drop', 'dropped'],
    ['ip saddr != 10.0.0.0/8 drop', 'delivered'],
    ['meta nfproto ipv4 drop', 'delivered'],
    ['meta nfproto ipv6 drop', 'dropped'],
    ['meta l4proto icmp drop', 'delivered'],
    ['meta l4proto ipv6-icmp drop', 'dropped'],
    ['icmp type echo-request drop', 'delivered'],
    ['icmpv6 type echo-request drop', 'dropped'],
    ['exthdr hbh exists drop', 'unknown'],
  ])('a table inet’s "%s": %s', (rule, kind) => {
    expect(end(rules('n1', 'inet', chain, rule)).kind).toBe(kind);
  });

  test('masquerade takes the address that suits the destination', () => {
    const { branches } = predict({ hosts }, { from: 'c1', to: at('underlay') });
    expect(hops(branches).at(-1)).toMatchObject({ host: 'underlay', src: at('n1') });
  });
});

test('what is meant differently on every link is not foretold', () => {
  for (const to of ['fe80::1', 'ff02::1', '::'])
    expect(end({ hosts }, { from: 'c1', to })).toMatchObject({ kind: 'unknown' });
});
