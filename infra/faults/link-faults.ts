// Faults of interfaces: down, out of their bridge, with the wrong MTU or address.
import { routeLine } from '../observe/lines.ts';
import type { Fault } from './fault.ts';
import { forgetNeighbour, ipRoute, on, untilUp } from './steps.ts';

/** Lower than any lab's, and not so low that the kernel takes IPv6 off the interface (RFC 8200, 5: 1280). */
const SMALL_MTU = 1300;
/** IPv4 and ICMP headers of an echo request, bytes. */
const HEADERS = 28;

export const linkFaults: readonly Fault[] = [
  {
    name: 'veth-down',
    title: 'The node’s end of a pod’s veth is down',
    symptom: 'One pod reaches nothing and nobody reaches it; its own eth0 shows NO-CARRIER.',
    breakage({ to, there, thereState }) {
      const lost = thereState.routes.filter(({ dev }) => dev === to.hostVeth);
      return {
        inject: [on(there.name, 'ip', 'link', 'set', to.hostVeth, 'down')],
        // The kernel takes routes away with the interface and does not bring them back, except those of scope host, which
        // it leaves (net/ipv4/fib_semantics.c, fib_sync_down_dev): over them it asks for neighbours in vain meanwhile.
        repair: [
          on(there.name, 'ip', 'link', 'set', to.hostVeth, 'up'),
          untilUp(there.name, to.hostVeth),
          untilUp(to.name, 'eth0'),
          ...lost.map((row) => ipRoute(there.name, 'replace', row)),
          forgetNeighbour(there.name, to.address),
        ],
        culprit: { host: there.name, row: `${to.hostVeth} is down` },
      };
    },
  },
  {
    name: 'veth-out-of-bridge',
    title: 'The node’s end of a pod’s veth is not a port of the bridge',
    symptom: 'One pod cannot be reached, though every interface is up.',
    breakage({ to, there, thereState }) {
      const port = thereState.interfaces.find(({ name }) => name === to.hostVeth);
      if (port?.master === undefined) return undefined;
      const hairpin = port.details.hairpin === true ? 'on' : 'off';
      return {
        inject: [on(there.name, 'ip', 'link', 'set', to.hostVeth, 'nomaster')],
        repair: [
          on(there.name, 'ip', 'link', 'set', to.hostVeth, 'master', port.master),
          on(there.name, 'bridge', 'link', 'set', 'dev', to.hostVeth, 'hairpin', hairpin),
        ],
        culprit: { host: there.name, row: `${to.hostVeth} has no master` },
      };
    },
  },
  {
    name: 'bridge-down',
    title: 'The bridge of a node is down',
    symptom: 'No pod of one node reaches anything but itself.',
    breakage({ here, hereState, bridge }) {
      if (!bridge) return undefined;
      const lost = hereState.routes.filter(
        ({ dev, protocol }) => dev === bridge.name && protocol !== 'kernel',
      );
      return {
        inject: [on(here.name, 'ip', 'link', 'set', bridge.name, 'down')],
        repair: [
          on(here.name, 'ip', 'link', 'set', bridge.name, 'up'),
          untilUp(here.name, bridge.name),
          ...lost.map((row) => ipRoute(here.name, 'replace', row)),
        ],
        culprit: { host: here.name, row: `${bridge.name} is down` },
      };
    },
  },
  {
    name: 'mtu-too-small',
    title: 'An interface on the way carries less than the pods were told',
    symptom:
      'Small packets pass. Large ones that must not be fragmented come back as an ICMP error, or stall.',
    breakage: ({ from, to, here, uplink, route }) => ({
      inject: [on(here.name, 'ip', 'link', 'set', uplink.name, 'mtu', `${SMALL_MTU}`)],
      repair: [
        on(here.name, 'ip', 'link', 'set', uplink.name, 'mtu', `${uplink.mtu}`),
        // What it was told of the path, the pod remembers for ten minutes (net.ipv4.route.mtu_expires).
        on(from.name, 'ip', 'route', 'flush', 'cache'),
      ],
      flow: { from: from.name, to: to.name, size: SMALL_MTU + 1 - HEADERS, dontFragment: true },
      effect: 'too-big',
      culprit: { host: here.name, row: `${uplink.name} mtu ${SMALL_MTU}, on route ${routeLine(route)}` },
    }),
  },
];
