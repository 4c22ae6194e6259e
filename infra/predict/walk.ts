// The moves of a walk, put together: each is made by the file that knows its trade.
import { receiveArp } from './arp.ts';
import { receiveIp } from './ip-input.ts';
import { send } from './ip-output.ts';
import { receiveIp6 } from './ip6-input.ts';
import { send6 } from './ip6-output.ts';
import type { LabState, Walk } from './lab.ts';
import { deliver } from './neighbour.ts';
import { isIpv6 } from './packet.ts';
import { receive } from './receive.ts';
import { transmit } from './transmit.ts';

export function createWalk(lab: LabState): Walk {
  const walk: Walk = {
    lab,
    transmit: (...move) => transmit(walk, ...move),
    receive: (...move) => receive(walk, ...move),
    receiveArp: (...move) => receiveArp(walk, ...move),
    receiveIp: (kernel, link, packet, ...more) =>
      (isIpv6(packet) ? receiveIp6 : receiveIp)(walk, kernel, link, packet, ...more),
    deliver: (...move) => deliver(walk, ...move),
    send: (kernel, packet, trail) => (isIpv6(packet) ? send6 : send)(walk, kernel, packet, trail),
  };
  return walk;
}
