// Lab flannel, how much passes, broken one rule at a time.
import { live, mtu, together } from '../breaks.ts';
import type { Mutation } from '../mutation.ts';
import { hostGateway } from './other-ways.ts';

const rate = (bits: string) =>
  `tc qdisc replace dev $(ls /sys/class/net | grep ^bwp) root handle 1: tbf rate ${bits} burst 100000 latency 25ms`;
const faster = live('k3s-agent', rate('80mbit'), rate('8mbit'));

export const LIMIT_MUTATIONS: readonly Mutation[] = [
  {
    breaks: 'the token bucket of slow fills ten times as fast',
    experiment: 'bandwidth',
    fails: ['what slow sends passes a token bucket of 8 Mbit/s'],
    broken: faster,
  },
  {
    breaks: 'the ifb device of slow is down',
    experiment: 'bandwidth',
    fails: ['on an ifb device that the bandwidth plugin made'],
    broken: live(
      'k3s-agent',
      'ip link set $(ls /sys/class/net | grep ^bwp) down',
      'ip link set $(ls /sys/class/net | grep ^bwp) up',
    ),
  },
  {
    breaks: 'the token bucket of slow fills ten times as fast',
    experiment: 'bandwidth-measured',
    fails: ['a megabyte comes at about 8 Mbit/s: no faster than the limit and the burst allow'],
    broken: faster,
  },
  {
    breaks: 'pod1 takes less in one packet than the tunnel does',
    experiment: 'mtu-fits',
    fails: ['1450 bytes pass'],
    broken: mtu('pod1', 'eth0', 1400, 1450),
  },
  {
    breaks: 'packets go unwrapped, and no interface leaves room for VXLAN headers',
    experiment: 'mtu-exceeded',
    fails: ['1451 bytes are refused, with the MTU as the reason'],
    broken: together(
      hostGateway('k3s-server', '10.42.1.0', 'k3s-agent'),
      hostGateway('k3s-agent', '10.42.0.0', 'k3s-server'),
      ...(
        [
          ['k3s-server', '${pod1.hostVeth}'],
          ['k3s-server', 'cni0'],
          ['k3s-agent', '${pod4.hostVeth}'],
          ['k3s-agent', 'cni0'],
          ['pod1', 'eth0'],
          ['pod4', 'eth0'],
        ] as const
      ).map(([at, dev]) => mtu(at, dev, 1500, 1450)),
    ),
  },
];
