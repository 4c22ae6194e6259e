// A frame arrives at an interface: it is a bridge's, or the host's own, or nobody's. Source: eth_type_trans(), __netif_receive_skb_core().

import { isGroup } from '../observe/packets/mac.ts';
import { beyondDevice } from './beyond-device.ts';
import { receiveOnBridge } from './bridge.ts';
import type { Branch } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { DEEPEST, type Trail, type Walk } from './lab.ts';
import { dropped, hop, unknown } from './make-hop.ts';
import type { Frame } from './packet.ts';
import { takeIn } from './take-in.ts';

export function receive(
  walk: Walk,
  kernel: Kernel,
  link: Link,
  frame: Frame,
  t: Trail,
  meant?: true,
): Branch[] {
  const at = { kernel, dev: link.name };
  if (!walk.lab.step() || t.depth > DEEPEST) {
    return [
      dropped(at, 'loop', `the frame goes round and round at ${kernel.name} ${link.name}`, t.decisions),
    ];
  }
  if (!link.up) return [dropped(at, 'link-down', `${link.name} of ${kernel.name} is down`, t.decisions)];
  return [hop(kernel, link, 'in', frame, t, (next) => arrived(walk, kernel, link, frame, next, meant))];
}

function arrived(walk: Walk, kernel: Kernel, link: Link, frame: Frame, t: Trail, anyhow?: true): Branch[] {
  const strange = beyondDevice(kernel, link, 'in');
  if (strange) return [unknown(kernel, strange.words, t.decisions, strange.rule)];
  const master = link.master === undefined ? undefined : kernel.link(link.master);
  if (master?.kind === 'bridge') return receiveOnBridge(walk, kernel, link, master, frame, t);
  if (master) {
    return [
      unknown(
        kernel,
        `${link.name} is a port of ${master.name}, a ${master.kind}, which is not modelled`,
        t.decisions,
      ),
    ];
  }
  const meant = anyhow ?? (link.kind === 'loopback' || isGroup(frame.dst) || frame.dst === link.mac);
  return takeIn(walk, kernel, link, frame, meant, { srcMac: frame.src }, t);
}
