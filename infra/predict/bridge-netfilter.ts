// iptables on bridged frames (br_netfilter). Source: net/bridge/br_netfilter_hooks.c.
import { fragmentLength } from './flow.ts';
import type { Branch, Stopped } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, type Trail, type Walk } from './lab.ts';
import { dropped, fragmented, mtuRule, stopped, unknown } from './make-hop.ts';
import { resolve } from './neighbour.ts';
import { runHook } from './netfilter/run-hook.ts';
import { type Frame, isIpv6, type Packet, wireLength } from './packet.ts';
import { findRoute } from './route.ts';

interface Bridging {
  readonly kernel: Kernel;
  readonly bridge: Link;
  /** Port that the frame came in by. */
  readonly ingress: Link;
}

/** net.bridge.bridge-nf-call-iptables, or the bridge's own nf_call_iptables; of IPv6 the same with ip6tables. */
export function callsIptables(kernel: Kernel, bridge: Link, packet: Packet): boolean {
  if (isIpv6(packet)) {
    const own = bridge.bridge?.callsIp6tables ?? false;
    return kernel.sysctl('net.bridge.bridge-nf-call-ip6tables') > 0 || own;
  }
  return kernel.sysctl('net.bridge.bridge-nf-call-iptables') > 0 || (bridge.bridge?.callsIptables ?? false);
}

type Filtered =
  | { readonly frame: Frame; readonly trail: Trail; readonly called: boolean }
  | { readonly ends: Branch[] };

/** br_nf_pre_routing(): iptables sees a bridged frame come in by the bridge, before the bridge looks at it. */
export function filterPrerouting(
  walk: Walk,
  { kernel, bridge, ingress }: Bridging,
  frame: Frame,
  t: Trail,
): Filtered {
  if (!frame.ip || !callsIptables(kernel, bridge, frame.ip)) return { frame, trail: t, called: false };
  const names = { iif: bridge.name, physIn: ingress.name, srcMac: frame.src };
  const result = runHook({ kernel, hook: 'prerouting', packet: frame.ip, ...names });
  if (result.verdict !== 'accept') return { ends: stopped(kernel, ingress.name, result, t) };
  const { packet } = result;
  const after = also(t, ...result.decisions);
  if (packet.dst === frame.ip.dst) return { frame: { ...frame, ip: packet }, trail: after, called: true };
  if (isIpv6(packet)) {
    const words = `a new destination ${packet.dst} of a bridged IPv6 packet is not modelled`;
    return { ends: [unknown(kernel, words, after.decisions)] };
  }
  // br_nf_pre_routing_finish(): a new destination on the same bridge gets that neighbour's MAC, another the bridge's.
  const routing = findRoute(kernel, {
    dst: packet.dst,
    src: packet.src,
    iif: bridge.name,
    mark: packet.mark,
  });
  if (routing.kind === 'route' && routing.route.type === 'unicast' && routing.nexthop.dev === bridge.name) {
    const nexthop = routing.nexthop.via ?? packet.dst;
    const found = resolve(walk, kernel, bridge, nexthop, packet, after.depth);
    if ('end' in found) return { ends: [{ ...found.end, decisions: after.decisions }] };
    const trail = also(after, ...routing.decisions, ...found.decisions);
    return { frame: { ...frame, dst: found.mac, ip: packet }, trail, called: true };
  }
  return { frame: { ...frame, dst: bridge.mac, ip: packet }, trail: after, called: true };
}

/** br_nf_forward_ip(), br_nf_post_routing(): on the way out of a port. */
export function filterForward(
  walk: Walk,
  { kernel, bridge, ingress }: Bridging,
  port: Link,
  frame: Frame & { readonly ip: Packet },
  t: Trail,
): Branch[] {
  const meeting = {
    kernel,
    oif: bridge.name,
    physIn: ingress.name,
    physOut: port.name,
    srcMac: frame.src,
  };
  const forward = runHook({ ...meeting, hook: 'forward', packet: frame.ip, iif: bridge.name });
  if (forward.verdict !== 'accept') return stopped(kernel, port.name, forward, t);
  const post = runHook({ ...meeting, hook: 'postrouting', packet: forward.packet });
  if (post.verdict !== 'accept') return stopped(kernel, port.name, post, t);
  const after = also(t, ...forward.decisions, ...post.decisions);
  const { packet } = post;
  if (wireLength(packet) <= port.mtu) return walk.transmit(kernel, port, { ...frame, ip: packet }, after);
  // br_nf_dev_queue_xmit(): iptables has put fragments together, so the bridge has to cut; not what came as a fragment.
  if (packet.df || packet.fragment !== undefined || isIpv6(packet))
    return [tooBig(kernel, port, wireLength(packet), after)];
  const cut = { ...packet, fragment: fragmentLength(port.mtu) };
  const trail = also(after, fragmented(kernel, port, port.mtu, packet));
  return walk.transmit(kernel, port, { ...frame, ip: cut }, trail);
}

/** A port does not take that many bytes. */
export function tooBig(kernel: Kernel, port: Link, bytes: number, t: Trail): Stopped {
  const words = `${bytes} bytes are more than the port ${port.name} takes (mtu ${port.mtu})`;
  return dropped({ kernel, dev: port.name }, 'mtu', words, t.decisions, mtuRule(kernel, port, port.mtu));
}
