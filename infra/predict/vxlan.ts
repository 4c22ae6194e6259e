// VXLAN: a frame into an outer UDP packet to the VTEP that the FDB names, and out of it again.
// Source: vxlan_xmit(), vxlan_rcv(), vxlan_snoop() of drivers/net/vxlan/vxlan_core.c; RFC 7348.
import type { VxlanState } from '../observe/forwarding-state.ts';
import { fdbLine } from '../observe/lines.ts';
import { NO_MAC } from '../observe/packets/mac.ts';
import { VXLAN_OVERHEAD } from './flow.ts';
import type { Branch, Decision } from './hop.ts';
import type { Kernel, Link } from './kernel.ts';
import { also, type Trail, type Walk } from './lab.ts';
import { dropped, unknown } from './make-hop.ts';
import { type Frame, isIpv6, type Packet, wireLength } from './packet.ts';
import { findRoute, routeSource } from './route.ts';

/** Bytes of an ARP message behind its Ethernet header. */
const ARP_LENGTH = 28;

export function encapsulate(walk: Walk, kernel: Kernel, link: Link, frame: Frame, t: Trail): Branch[] {
  const { vxlan } = link;
  if (vxlan === undefined || vxlan.external || ((frame.arp || frame.ip?.ndisc) && vxlan.answersArp)) {
    return [unknown(kernel, `${link.name} works in a way that is not modelled`, t.decisions)];
  }
  if (frame.ip?.inner) {
    return [
      unknown(
        kernel,
        `${link.name} would wrap a packet that is wrapped already, which is not modelled`,
        t.decisions,
      ),
    ];
  }
  const rows =
    kernel.vxlanFdb.get(`${link.name} ${frame.dst}`) ?? kernel.vxlanFdb.get(`${link.name} ${NO_MAC}`) ?? [];
  if (rows.length === 0) {
    const words = `${link.name} of ${kernel.name} has no FDB entry that names a VTEP for ${frame.dst}`;
    return [dropped({ kernel, dev: link.name }, 'no-vtep', words, t.decisions)];
  }
  return rows.flatMap((row) => {
    const remote = row.dst ?? '';
    const local = vxlan.local ?? sourceTowards(kernel, remote);
    if (remote.includes(':') || local === undefined) {
      return [
        unknown(
          kernel,
          `${link.name} sends to the VTEP ${remote}, from an address that cannot be told`,
          t.decisions,
        ),
      ];
    }
    const fdb: Decision = {
      kind: 'fdb',
      words: `FDB ${fdbLine(row)}`,
      rule: { table: 'fdb', host: kernel.name, line: fdbLine(row), row },
    };
    if (kernel.addressType(remote) === 'local')
      return bypass(walk, kernel, vxlan, frame, remote, also(t, fdb));
    const wrap: Decision = {
      kind: 'encapsulation',
      words: `VXLAN VNI ${vxlan.vni} from VTEP ${local} to VTEP ${remote}, UDP port ${vxlan.port}`,
    };
    return walk.send(kernel, outerPacket(kernel, vxlan, frame, local, remote), also(t, fdb, wrap));
  });
}

/** encap_bypass_if_local(), vxlan_encap_bypass(): a VTEP of this very host gets the frame as it is, meant for it whatever its MAC. */
function bypass(
  walk: Walk,
  kernel: Kernel,
  { vni, port }: VxlanState,
  frame: Frame,
  remote: string,
  t: Trail,
): Branch[] {
  const link = vtepOf(kernel, vni, port);
  if (link === undefined) {
    const words = `${kernel.name} is itself the VTEP ${remote}, and has no VXLAN device that is up with VNI ${vni} on port ${port}`;
    return [dropped({ kernel }, 'no-vtep', words, t.decisions)];
  }
  const words = `${kernel.name} is itself the VTEP ${remote}: ${link.name} gets it without VXLAN`;
  return walk.receive(kernel, link, frame, also(t, { kind: 'link', words }), true);
}

function vtepOf(kernel: Kernel, vni: number, port: number): Link | undefined {
  return [...kernel.links.values()].find(({ up, vxlan }) => up && vxlan?.vni === vni && vxlan.port === port);
}

function sourceTowards(kernel: Kernel, remote: string): string | undefined {
  const routing = findRoute(kernel, { dst: remote, iif: 'lo' });
  return routing.kind === 'route' ? routeSource(kernel, remote, routing) : undefined;
}

function outerPacket(kernel: Kernel, vxlan: VxlanState, frame: Frame, src: string, dst: string): Packet {
  const { ip } = frame;
  return {
    src,
    dst,
    proto: 'udp',
    // The source port is a hash over the inner frame: no rule that names one can be told to match.
    sport: 0,
    dport: vxlan.port,
    ttl: vxlan.ttl || kernel.sysctl('net.ipv4.ip_default_ttl', 64),
    length: (ip ? wireLength(ip) : ARP_LENGTH) + VXLAN_OVERHEAD,
    df: vxlan.df === 'set' || (vxlan.df === 'inherit' && ip !== undefined && (ip.df || isIpv6(ip))),
    mark: ip?.mark ?? 0,
    inner: { frame, vni: vxlan.vni },
  };
}

/** A VXLAN packet has come to an address of this host. */
export function decapsulate(walk: Walk, kernel: Kernel, packet: Packet, t: Trail): Branch[] {
  const { inner } = packet;
  if (inner === undefined) return [];
  const link = vtepOf(kernel, inner.vni, packet.dport);
  if (link === undefined) {
    const words = `${kernel.name} has no VXLAN device that is up with VNI ${inner.vni} on port ${packet.dport}`;
    return [dropped({ kernel }, 'no-vtep', words, t.decisions)];
  }
  const at = { kernel, dev: link.name };
  if (inner.frame.src === link.mac) {
    return [
      dropped(at, 'loop', `${link.name} takes no frame that bears its own MAC ${link.mac}`, t.decisions),
    ];
  }
  if (link.vxlan?.learning && !snoop(kernel, link, inner.frame.src, packet.src)) {
    const words = `${link.name} has a permanent FDB entry that puts ${inner.frame.src} behind another VTEP than ${packet.src}`;
    return [dropped(at, 'fdb', words, t.decisions)];
  }
  const words = `VXLAN VNI ${inner.vni}: ${kernel.name} is the VTEP ${packet.dst}`;
  return walk.receive(
    kernel,
    link,
    unwrapped(inner.frame, packet.mark),
    also(t, { kind: 'decapsulation', words }),
  );
}

/** The mark goes over from the outer packet; its connection does not. */
function unwrapped(frame: Frame, mark: number): Frame {
  if (!frame.ip) return frame;
  const { tracked: _, ...packet } = frame.ip;
  return { ...frame, ip: { ...packet, mark } };
}

/** vxlan_snoop(): @returns false when the frame is dropped because an entry of somebody's says otherwise */
function snoop(kernel: Kernel, link: Link, mac: string, remote: string): boolean {
  const key = `${link.name} ${mac}`;
  const [known] = kernel.vxlanFdb.get(key) ?? [];
  if (known?.dst === remote) return true;
  if (known && !known.learned) return false;
  kernel.vxlanFdb.set(key, [
    {
      mac,
      dev: link.name,
      dst: remote,
      flags: ['self'],
      learned: true,
      meaning: `learned from this flow: behind ${remote}`,
    },
  ]);
  return true;
}
