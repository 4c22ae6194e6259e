// The IPv6 route lookup against the kernel's own: `ip -6 route get` for many hosts and addresses, and the very lines.
import { expect, test } from 'vitest';
import type { HostSnapshot } from '../../../infra/observe/snapshot.ts';
import { Kernel } from '../../../infra/predict/kernel.ts';
import { findRoute6, routeOutput6, routeSource6 } from '../../../infra/predict/route6.ts';
import { sourceFor6 } from '../../../infra/predict/source-address6.ts';
import { ADDRESSES6, addIpv6 } from '../../support/edited-lab6.ts';
import {
  type Answers,
  expectLines,
  expectSame,
  foretold,
  heard,
  heardOnInput,
  routedLab,
  said,
} from '../../support/routed-lab.ts';

/** Policy routing and addresses of every kind that matters to a lookup. */
const EXTRA = `for r in \\
 'rule add from fd42:0:0:1::2 table 100 prio 10' 'rule add to fd42:0:0:2::3 unreachable prio 11' \\
 'rule add not to fd00::/8 table 101 prio 12' 'rule add to fd77::/16 goto 40 prio 13' \\
 'rule add to fd78::/16 blackhole prio 14' 'rule add to fd77:1::/32 prohibit prio 40' \\
 'rule add to fd79::/16 table main suppress_prefixlength 0 prio 41' 'rule add to fd79::/16 table 102 prio 42' \\
 'route add default via fd50::1 dev eth0 table 100 src fd50::2' 'route add throw fd42:0:0:2::/64 table 100' \\
 'route add default via fd50::3 dev eth0 table 101' 'route add fd79::/16 via fd42:0:0:1::4 table 102' \\
 'route add fd80::/16 via fd42:0:0:1::3 metric 20' 'route add fd80::/16 via fd42:0:0:1::4 metric 10' \\
 'route add fd80:1::/32 dev cni0' 'route add prohibit fd80:2::/32' 'route add unreachable fd80:3::/32 metric 5' \\
 'route add blackhole fd80:4::/32' 'route add fd80:5::/32 via fd99::9 dev eth0 onlink src fd42:0:0:1::1 mtu 1300' \\
 'route add fd80:6::/32 via fd42:0:0:1::3 pref high' 'route add local fd81::/16 dev lo' \\
 'addr add fd82::1/64 dev cni0 nodad' 'addr add fd82::2/64 dev cni0 nodad preferred_lft 0' \\
 'addr add fd83:0:0:1::1/64 dev lo nodad' 'addr add 2001:db8::1/64 dev cni0 nodad' 'addr add 2001:db8:1::1/64 dev c nodad'
do ip -6 $r 2>/dev/null; done; true`;

const ASKED = [
  ...Object.values(ADDRESSES6),
  ...['fd42:0:0:1::1', 'fd42:0:0:2::9', 'fd44:0:0:1::1', 'fd44:0:0:2::9', '2001:4860:4860::8888', '::1'],
  ...[
    'fd77::1',
    'fd77:1::1',
    'fd78::1',
    'fd79::1',
    'fd80::1',
    'fd80:1::1',
    'fd80:2::1',
    'fd80:3::1',
    'fd80:4::1',
  ],
  ...['fd80:5::1', 'fd80:6::1', 'fd80:7::1', 'fd81:3::3', 'fd82::1', 'fd82::2', 'fd82::7', 'fd83:0:0:1::1'],
  ...['fd83:0:0:1::9', 'fd50::99', '2001:db8::7', '2001:db8:1::7', '2001:db8:2::7'],
];

const routed = routedLab('routes6', EXTRA, addIpv6);

const ANSWERS: Answers = {
  unreachable: /Network is unreachable|No route to host|^unreachable/,
  prohibit: /Permission denied|^prohibit/,
  invalid: /Invalid argument|^blackhole/i,
  type: /^(local|anycast|multicast)/,
  localDev: undefined,
};

test.each(['underlay', 'n1', 'n2', 'a1', 'b1', 'c1', 'a2'])(
  '%s sends where `ip -6 route get` says, from the address that it says',
  async (name) => {
    const script = `for a in ${ASKED.join(' ')}; do ip -6 route get $a ipproto udp 2>&1 | head -1; done`;
    const { lab, kernelOf } = routed();
    const { stdout } = await lab.sh(name, script);
    const kernel = kernelOf(name);
    const own = ASKED.map((dst) => {
      const bare = {
        dst,
        proto: 'udp' as const,
        sport: 1,
        dport: 2,
        ttl: 64,
        length: 80,
        df: false,
        mark: 0,
      };
      const found = routeOutput6(kernel, bare);
      const source = found.kind === 'route' ? routeSource6(kernel, dst, found) : undefined;
      return foretold(found, source, ANSWERS);
    });
    expectSame(ASKED, own, heard(stdout, ANSWERS));
  },
);

test.each([
  ['n1', 'cni0', 'fd42:0:0:1::2'],
  ['n1', 'cni0', 'fd42:0:0:1::3'],
  ['n1', 'eth0', 'fd50::3'],
  ['n1', 'c', 'fd44:0:0:1::2'],
  ['n2', 'flannel.1', 'fd42:0:0:1::2'],
  ['b1', 'eth0', 'fd42:0:0:1::2'],
  ['underlay', 'under', 'fd50::2'],
])('%s takes what comes in by %s from %s where `ip -6 route get … iif` says', async (name, dev, src) => {
  // No packet brings it: see receiveIp6().
  const asked = ASKED.filter((address) => address !== '::1');
  const script = `for a in ${asked.join(' ')}; do ip -6 route get $a from ${src} iif ${dev} ipproto udp 2>&1 | head -1; done`;
  const { lab, kernelOf } = routed();
  const { stdout } = await lab.sh(name, script);
  const kernel = kernelOf(name);
  const own = asked.map((dst) => {
    const found = findRoute6(kernel, { dst, src, iif: dev, mark: 0, proto: 'udp' });
    if (found.kind !== 'route') return 'refused';
    return found.route.type === 'local'
      ? 'local'
      : said(ANSWERS, 'unicast', found.nexthop.via, found.nexthop.dev);
  });
  expectSame(asked, own, heard(stdout, ANSWERS).map(heardOnInput));
});

test('IPv6 routes and rules are named by the very lines that ip prints', async () => {
  const { lab, kernelOf } = routed();
  for (const name of ['n1', 'n2', 'a1', 'c1']) {
    const { ipv6 } = kernelOf(name);
    if (ipv6 === undefined) throw new Error(`${name} has no IPv6`);
    await expectLines(lab, name, 'ip -6', ipv6);
  }
});

test('a host that does not forward passes over a gateway that did not answer, while there is another', async () => {
  const two = `ip -6 route add default via fd42:0:0:2::77 metric 10; ip -6 route add default via fd42:0:0:2::2 metric 20
    ip -6 neigh replace fd42:0:0:2::77 dev eth0 nud failed`;
  const { lab } = routed();
  await lab.sh('b2', two);
  const { stdout } = await lab.sh('b2', 'ip -6 route get fd99::1');
  const { hosts: now } = await lab.observe(['b2']);
  const found = findRoute6(new Kernel('b2', now.b2 as HostSnapshot), {
    dst: 'fd99::1',
    iif: 'lo',
    proto: 'udp',
  });
  expect(stdout).toContain('via fd42:0:0:2::2');
  expect(found).toMatchObject({ kind: 'route', nexthop: { via: 'fd42:0:0:2::2' } });
});

test('the source is chosen by scope, deprecation, interface, label and common prefix, in this order', () => {
  const address = (dev: string, text: string, more = {}) => {
    return {
      dev,
      address: text,
      peer: text,
      prefix: 64,
      scope: 'global',
      secondary: false,
      flags: [],
      ...more,
    };
  };
  const snapshot = routed().hosts.n2 as HostSnapshot;
  const choose = (dst: string, dev: string, addresses: readonly ReturnType<typeof address>[]) => {
    const { forwarding } = snapshot;
    if (!forwarding?.ipv6) throw new Error('n2 has IPv6');
    const ipv6 = { ...forwarding.ipv6, addresses };
    return sourceFor6(new Kernel('n2', { ...snapshot, forwarding: { ...forwarding, ipv6 } }), dev, dst);
  };
  const local = address('eth0', 'fe80::1', { scope: 'link' });
  const unique = address('eth0', 'fd00:1::1');
  const global = address('eth0', '2001:db8:1::1');
  expect(choose('fd00:2::1', 'eth0', [local, global, unique])).toBe('fd00:1::1');
  expect(choose('2001:db8:9::1', 'eth0', [local, unique, global])).toBe('2001:db8:1::1');
  // 2002::/16 has a label of its own, though it has more bits in common.
  expect(choose('2003::1', 'eth0', [address('eth0', '2002::1'), address('eth0', '2a00::1')])).toBe('2a00::1');
  expect(choose('fe80::9', 'eth0', [global, unique, local])).toBe('fe80::1');
  expect(choose('fd00:2::1', 'eth0', [address('eth0', 'fd00:2::5', { flags: ['deprecated'] }), unique])).toBe(
    'fd00:1::1',
  );
  expect(
    choose('fd00:2::1', 'eth0', [address('eth0', 'fd00:2::5', { flags: ['tentative'] })]),
  ).toBeUndefined();
  expect(choose('fd00:2::1', 'eth0', [address('cni0', 'fd00:2::5'), unique])).toBe('fd00:1::1');
  expect(choose('fd00:2::1', 'eth0', [unique, address('eth0', 'fd00:2::5')])).toBe('fd00:2::5');
  expect(choose('fd00:1::1', 'cni0', [address('cni0', 'fd00:1::9'), unique])).toBe('fd00:1::1');
});
