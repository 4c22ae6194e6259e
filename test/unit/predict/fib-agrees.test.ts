// The route lookup against the kernel's own: `ip route get` for many hosts and addresses, and the lines as it prints them.
import { test } from 'vitest';
import { findRoute, routeSource } from '../../../infra/predict/route.ts';
import { routeInput } from '../../../infra/predict/route-input.ts';
import { ADDRESSES } from '../../support/edited-lab.ts';
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

/** Policy routing of every kind that a rule and a route can have, on both nodes and one pod. */
const EXTRA = `ip -force -batch - <<END
rule add from 10.42.1.2 table 100 prio 10
rule add to 10.42.2.3 unreachable prio 11
rule add not to 10.0.0.0/8 table 101 prio 12
rule add to 10.77.0.0/16 goto 40 prio 13
rule add to 10.78.0.0/16 blackhole prio 14
rule add to 10.77.1.0/24 prohibit prio 40
rule add to 10.79.0.0/16 table main suppress_prefixlength 0 prio 41
rule add to 10.79.0.0/16 table 102 prio 42
route add default via 192.168.50.1 dev eth0 table 100 src 192.168.50.2
route add throw 10.42.2.0/24 table 100
route add default via 192.168.50.3 dev eth0 table 101
route add 10.79.0.0/16 via 10.42.1.4 table 102
route add 10.80.0.0/16 via 10.42.1.3 metric 20
route add 10.80.0.0/16 via 10.42.1.4 metric 10
route add 10.80.1.0/24 dev cni0 scope link
route add prohibit 10.80.2.0/24
route add unreachable 10.80.3.0/24 metric 4278198272
route add blackhole 10.80.4.0/24
route add 10.80.5.0/24 via 9.9.9.9 dev eth0 onlink src 10.42.1.1 mtu 1300
route add 10.80.6.0/24 tos 0x10 via 10.42.1.3
route add 10.80.6.0/23 via 10.42.1.4
route add local 10.81.0.0/16 dev lo
addr add 10.82.0.1/24 dev cni0
addr add 10.82.0.2/24 dev cni0
addr add 10.83.0.1/16 dev lo scope host
addr add 10.84.0.1 peer 10.84.0.2/32 dev c
END
true`;
const ASKED = [
  ...Object.values(ADDRESSES),
  ...['10.42.1.1', '10.42.2.0', '10.42.0.9', '10.44.1.1', '10.44.2.9', '8.8.8.8', '127.0.0.1', '127.9.9.9'],
  ...['10.77.0.1', '10.77.1.1', '10.78.1.1', '10.79.1.1', '10.80.0.1', '10.80.1.1', '10.80.2.1', '10.80.3.1'],
  ...['10.80.4.1', '10.80.5.1', '10.80.6.1', '10.80.7.1', '10.81.3.3', '10.82.0.1', '10.82.0.2', '10.82.0.7'],
  ...['10.83.0.1', '10.83.9.9', '10.84.0.1', '10.84.0.2', '192.168.50.99'],
];

const routed = routedLab('routes', EXTRA);

const ANSWERS: Answers = {
  unreachable: /Network is unreachable|No route to host/,
  prohibit: /Permission denied|prohibited/,
  invalid: /Invalid argument|cross-device/i,
  type: /^(local|broadcast)/,
  localDev: 'lo',
};

test.each(['underlay', 'n1', 'n2', 'a1', 'b1', 'c1', 'a2'])(
  '%s sends where `ip route get` says',
  async (name) => {
    const script = `for a in ${ASKED.join(' ')}; do ip route get $a 2>&1 | head -1; done`;
    const { lab, kernelOf } = routed();
    const { stdout } = await lab.sh(name, script);
    const kernel = kernelOf(name);
    const own = ASKED.map((dst) => {
      const found = findRoute(kernel, { dst, iif: 'lo', proto: 'udp' });
      const source = found.kind === 'route' ? routeSource(kernel, dst, found) : undefined;
      return foretold(found, source, ANSWERS);
    });
    expectSame(ASKED, own, heard(stdout, ANSWERS));
  },
);

test.each([
  ['n1', 'cni0', '10.42.1.2'],
  ['n1', 'cni0', '10.42.1.3'],
  ['n1', 'eth0', '192.168.50.3'],
  ['n1', 'c', '10.44.1.2'],
  ['n2', 'flannel.1', '10.42.1.2'],
  ['b1', 'eth0', '10.42.1.2'],
  ['underlay', 'under', '192.168.50.2'],
])('%s forwards what comes in by %s from %s as `ip route get … iif` says', async (name, dev, src) => {
  const script = `for a in ${ASKED.join(' ')}; do ip route get $a from ${src} iif ${dev} 2>&1 | head -1; done`;
  const { lab, kernelOf } = routed();
  const { stdout } = await lab.sh(name, script);
  const kernel = kernelOf(name);
  const own = ASKED.map((dst) => {
    const found = routeInput(kernel, { dst, src, dev, mark: 0, proto: 'udp' });
    if (found.kind === 'local') return 'local';
    return found.kind === 'forward'
      ? said(ANSWERS, 'unicast', found.nexthop.via, found.nexthop.dev)
      : 'refused';
  });
  expectSame(ASKED, own, heard(stdout, ANSWERS).map(heardOnInput));
});

test('routes and rules are named by the very lines that ip prints', async () => {
  const { lab, kernelOf } = routed();
  for (const name of ['n1', 'n2', 'a1', 'c1']) await expectLines(lab, name, 'ip -4', kernelOf(name));
});
