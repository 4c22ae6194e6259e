// The moves of a walk, put together: each is made by the file that knows its trade.
import { receiveArp } from './arp.ts';
import { receiveIp } from './ip-input.ts';
import { send } from './ip-output.ts';
import type { LabState, Walk } from './lab.ts';
import { deliver } from './neighbour.ts';
import { receive } from './receive.ts';
import { transmit } from './transmit.ts';

export function createWalk(lab: LabState): Walk {
  const walk: Walk = {
    lab,
    transmit: (...move) => transmit(walk, ...move),
    receive: (...move) => receive(walk, ...move),
    receiveArp: (...move) => receiveArp(walk, ...move),
    receiveIp: (...move) => receiveIp(walk, ...move),
    deliver: (...move) => deliver(walk, ...move),
    send: (...move) => send(walk, ...move),
  };
  return walk;
}
