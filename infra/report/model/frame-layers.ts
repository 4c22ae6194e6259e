// A decoded frame as the layers a person reads, outermost first. Pure.
import type { Frame } from '../../observe/packets/packet.ts';
import type { CapturedPacket } from './report-model.ts';

type Layer = CapturedPacket['layers'][number];
type Value = string | number | boolean | readonly (string | number)[] | undefined;

export function frameLayers(frame: Frame): readonly Layer[] {
  const { eth, arp, ipv4, ipv6, icmp, udp, tcp, vxlan, malformed } = frame;
  return [
    ...(eth ? [layer('Ethernet', { from: eth.src, to: eth.dst, type: hex(eth.type), VLAN: eth.vlans })] : []),
    ...(arp
      ? [
          layer(`ARP ${arp.op}`, {
            'sender MAC': arp.senderMac,
            'sender IP': arp.senderIp,
            'target MAC': arp.targetMac,
            'target IP': arp.targetIp,
          }),
        ]
      : []),
    ...(ipv4
      ? [
          layer('IPv4', {
            ...{ from: ipv4.src, to: ipv4.dst, TTL: ipv4.ttl, protocol: ipv4.protocol, id: ipv4.id },
            'total length': `${ipv4.totalLength} bytes`,
            "don't fragment": ipv4.dontFragment ? 'set' : 'not set',
            fragment:
              ipv4.moreFragments || ipv4.fragmentOffset > 0 ? `at byte ${ipv4.fragmentOffset}` : undefined,
          }),
        ]
      : []),
    ...(ipv6
      ? [
          layer('IPv6', {
            ...{ from: ipv6.src, to: ipv6.dst, 'hop limit': ipv6.hopLimit, protocol: ipv6.protocol },
            'payload length': `${ipv6.payloadLength} bytes`,
          }),
        ]
      : []),
    ...(icmp
      ? [
          layer(icmp.version === 6 ? 'ICMPv6' : 'ICMP', {
            ...{ kind: icmp.kind, type: icmp.type, code: icmp.code, id: icmp.id, sequence: icmp.seq },
            ...{ MTU: icmp.mtu, target: icmp.target, 'link address': icmp.linkAddress },
          }),
        ]
      : []),
    ...(udp
      ? [layer('UDP', { 'from port': udp.srcPort, 'to port': udp.dstPort, length: `${udp.length} bytes` })]
      : []),
    ...(tcp
      ? [
          layer('TCP', {
            ...{ 'from port': tcp.srcPort, 'to port': tcp.dstPort, flags: tcp.flags },
            ...{ sequence: tcp.seq, acknowledges: tcp.ack, payload: `${tcp.length} bytes` },
          }),
        ]
      : []),
    ...(vxlan ? [layer('VXLAN', { VNI: vxlan.vni }), ...frameLayers(vxlan.inner)] : []),
    ...(malformed === undefined ? [] : [layer('not decoded further', { why: malformed })]),
  ];
}

function layer(name: string, fields: Readonly<Record<string, Value>>): Layer {
  const told = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, Array.isArray(value) ? value.join(', ') : `${value}`] as const],
  );
  return { name, fields: told };
}

const hex = (type: number) => `0x${type.toString(16).padStart(4, '0')}`;
