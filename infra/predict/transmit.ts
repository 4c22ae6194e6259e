// A frame leaves by an interface: what is behind it takes over. Sources: veth_xmit(), is_skb_forwardable(), loopback_xmit().

import { isGroup } from '../observe/packets/mac.ts';
import { beyondDevice } from './beyond-device.ts';
import { transmitFromBridge } from './bridge.ts';
import type { Branch } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, DEEPEST, type Trail, type Walk } from './lab.ts';
import { dropped, hop, left, mtuRule, unknown } from './make-hop.ts';
import { type Frame, scrubbed, VLAN_TAG, wireLength } from './packet.ts';
import { encapsulate } from './vxlan.ts';
import type { Port } from './wires.ts';

export function transmit(walk: Walk, kernel: Kernel, link: Link, frame: Frame, t: Trail): Branch[] {
  const at = { kernel, dev: link.name };
  if (!walk.lab.step() || t.depth > DEEPEST) {
    return [
      dropped(at, 'loop', `the frame goes round and round at ${kernel.name} ${link.name}`, t.decisions),
    ];
  }
  if (!link.up)
    return [dropped(at, 'link-down', `${link.name} of ${kernel.name} is down`, t.decisions, downLine(at))];
  return [hop(kernel, link, 'out', frame, t, (next) => beyond(walk, kernel, link, frame, next))];
}

const downLine = ({ kernel, dev }: { kernel: Kernel; dev: string }) => ({
  table: 'interfaces' as const,
  host: kernel.name,
  line: `${dev}: <${kernel.link(dev)?.flags.join(',') ?? ''}>`,
  row: kernel.link(dev),
});

function beyond(walk: Walk, kernel: Kernel, link: Link, frame: Frame, t: Trail): Branch[] {
  const strange = beyondDevice(kernel, link, 'out');
  if (strange) return [unknown(kernel, strange.words, t.decisions, strange.rule)];
  switch (link.kind) {
    case 'loopback':
      return walk.receive(kernel, link, frame, t);
    case 'bridge':
      return transmitFromBridge(walk, kernel, link, frame, t);
    case 'vxlan':
      return encapsulate(walk, kernel, link, frame, t);
    case 'veth':
      return throughVeth(walk, { kernel, link }, frame, t);
    default:
      return [
        left(kernel, link.name, `what is beyond ${link.name} (${link.kind}) was not observed`, t.decisions),
      ];
  }
}

function throughVeth(walk: Walk, near: Port, frame: Frame, t: Trail): Branch[] {
  const { kernel, link } = near;
  const far = walk.lab.wires.farEnd(near);
  if (far.kind === 'nothing') {
    const words = `${link.name} of ${kernel.name} has lost its other end: ${far.words}`;
    return [dropped({ kernel, dev: link.name }, 'no-carrier', words, t.decisions)];
  }
  if (far.kind === 'segment') return ontoSegment(walk, near, far, frame, t);
  const words = `veth pair with ${kernel.name} ${link.name}`;
  const inside = far.port.kernel === kernel ? frame : scrubbed(frame);
  return outOfVeth(walk, far.port, inside, also(t, { kind: 'link', words }));
}

/** __dev_forward_skb(): the end that a frame comes out of must be up, and takes no more than its MTU allows. */
function outOfVeth(walk: Walk, { kernel, link }: Port, frame: Frame, t: Trail): Branch[] {
  const at = { kernel, dev: link.name };
  if (!link.up) {
    const words = `${link.name} of ${kernel.name}, the other end, is down`;
    return [dropped(at, 'link-down', words, t.decisions, downLine(at))];
  }
  if (frame.ip && wireLength(frame.ip) > link.mtu + VLAN_TAG) {
    // veth_xmit() returns NET_XMIT_DROP: a socket whose packet comes straight here is told so, and ping sends it again.
    if (t.depth <= 1) walk.lab.refused++;
    const words = `${wireLength(frame.ip)} bytes are more than ${link.name} of ${kernel.name} takes (mtu ${link.mtu})`;
    return [dropped(at, 'mtu', words, t.decisions, mtuRule(kernel, link, link.mtu))];
  }
  return walk.receive(kernel, link, frame, t);
}

/** A segment that nobody observed is taken for a switch that works; whoever else is on it is not known. */
function ontoSegment(
  walk: Walk,
  { kernel, link }: Port,
  { others, proof }: { readonly others: readonly Port[]; readonly proof: string },
  frame: Frame,
  t: Trail,
): Branch[] {
  const decision = {
    kind: 'segment' as const,
    words: `the segment beyond ${kernel.name} ${link.name} was not observed (${proof})`,
  };
  const group = isGroup(frame.dst);
  const receivers = others.filter((o) => group || o.link.mac === frame.dst);
  const branches = receivers.flatMap((port) => outOfVeth(walk, port, scrubbed(frame), also(t, decision)));
  if (!group && receivers.length > 0) return branches;
  const whom = group ? 'whoever else is there' : frame.dst;
  return [...branches, left(kernel, link.name, `${decision.words}: ${whom} is not known`, t.decisions)];
}
