// Faults of routes and of forwarding.
import { routeLine } from '../observe/lines.ts';
import type { Fault } from './fault.ts';
import { sysctl } from './scene.ts';
import { ipRoute, ipv4Sysctl, on, setSysctl } from './steps.ts';

export const routingFaults: readonly Fault[] = [
  {
    name: 'route-missing',
    title: 'A node has no route to the pods of another node',
    symptom: 'Pods of one node reach each other, but none reaches a pod of the other node.',
    breakage: ({ here, route }) => ({
      inject: [ipRoute(here.name, 'del', route)],
      repair: [ipRoute(here.name, 'replace', route)],
      culprit: { host: here.name, subject: `route ${route.dst}`, row: `route ${routeLine(route)}` },
    }),
  },
  {
    name: 'route-wrong-next-hop',
    title: 'The route to the pods of another node leads to the wrong next hop',
    symptom: 'Pings to the other node’s pods leave the node and are never seen there.',
    breakage({ lab, here, there, hereState, route }) {
      const other = lab.nodes.find(({ name }) => name !== here.name && name !== there.name);
      const router = hereState.routes.find(({ dst, via }) => dst === 'default' && via !== undefined);
      const via = other?.address ?? router?.via;
      const dev = router?.dev;
      if (via === undefined || dev === undefined) return undefined;
      const { src: _, ...rest } = route;
      const wrong = { ...rest, via, dev, onlink: false };
      return {
        inject: [ipRoute(here.name, 'replace', wrong)],
        repair: [ipRoute(here.name, 'replace', route)],
        culprit: { host: here.name, subject: `route ${route.dst}`, row: `route ${routeLine(wrong)}` },
      };
    },
  },
  {
    name: 'pod-route-missing',
    title: 'A node has no route to one of its own pods',
    symptom: 'One pod cannot be reached from anywhere; all others can.',
    breakage({ to, there, thereState }) {
      const own = thereState.routes.find(({ dst, dev }) => dst === to.address && dev === to.hostVeth);
      if (!own) return undefined;
      return {
        inject: [ipRoute(there.name, 'del', own)],
        repair: [ipRoute(there.name, 'replace', own)],
        culprit: { host: there.name, subject: `route ${to.address}`, row: `route ${routeLine(own)}` },
      };
    },
  },
  {
    name: 'forwarding-off',
    title: 'A node does not forward IPv4 packets',
    symptom: 'Pods reach their node and what is on the same bridge, and nothing that has to be routed.',
    breakage: ({ here }) => ({
      inject: [setSysctl(here.name, 'net.ipv4.ip_forward', '0')],
      repair: [setSysctl(here.name, 'net.ipv4.ip_forward', '1')],
      culprit: { host: here.name, subject: 'net.ipv4.ip_forward', row: 'net.ipv4.ip_forward = 0' },
    }),
  },
  {
    name: 'reverse-path-filter',
    title: 'Strict reverse path filtering meets a path whose way back is another',
    symptom:
      'Pings arrive at the other node and vanish there, without an error and without a counter that shows it.',
    breakage({ from, here, there, thereState, uplink, tunnel }) {
      const name = ipv4Sysctl(tunnel ? tunnel.remote.name : uplink.name, 'rp_filter');
      const was = sysctl(thereState, name);
      if (was === undefined) return undefined;
      // Behind a tunnel the way back is beside it; without one it is through a second interface on the same wire.
      const back = ['ip', 'route', 'add', from.address, 'via', here.address, 'dev'];
      const detour = tunnel
        ? {
            make: [on(there.name, ...back, 'eth0')],
            remove: [on(there.name, 'ip', 'route', 'flush', 'exact', `${from.address}/32`)],
          }
        : {
            make: [
              on(
                there.name,
                ...['ip', 'link', 'add', 'detour', 'link', uplink.name, 'type', 'macvlan', 'mode', 'bridge'],
              ),
              on(there.name, 'ip', 'link', 'set', 'detour', 'up'),
              on(there.name, ...back, 'detour', 'onlink'),
            ],
            remove: [on(there.name, 'sh', '-c', '[ ! -e /sys/class/net/detour ] || ip link del detour')],
          };
      return {
        inject: [...detour.make, setSysctl(there.name, name, '1')],
        repair: [setSysctl(there.name, name, was), ...detour.remove],
        culprit: { host: there.name, subject: name, row: `${name} = 1` },
      };
    },
  },
];
