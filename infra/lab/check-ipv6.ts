// What is asked of a lab because it has IPv6, or has none.
import type { Report } from './report.ts';
import type { RawLab } from './schema.ts';

/** The least that every link must carry in one piece, bytes (RFC 8200, section 5): the kernel has no IPv6 below it. */
const MIN_MTU = 1280;

export function checkIpv6(raw: RawLab, report: Report): void {
  const { podCIDR6, type, mtu } = raw.network;
  if (podCIDR6 === undefined) {
    checkNone(raw, report);
    return;
  }
  if (type === 'flannel')
    report.at(
      ['network', 'podCIDR6'],
      'a network of type flannel has IPv4 only',
      'leave podCIDR6 out, or use type: kindnet or type: conflist',
    );
  if (mtu !== undefined && mtu < MIN_MTU)
    report.at(
      ['network', 'mtu'],
      `IPv6 needs an MTU of at least ${MIN_MTU} (RFC 8200), and this is ${mtu}`,
      'a larger mtu, or no podCIDR6',
    );
}

/** A node's IPv6 without the pods' would be no dual-stack cluster as Kubernetes has it. */
function checkNone(raw: RawLab, report: Report): void {
  const hint = 'add network.podCIDR6, the range that all IPv6 pod addresses come from';
  if (raw.cluster.underlay6 !== undefined)
    report.at(['cluster', 'underlay6'], 'the nodes have an IPv6 network, and the pods have none', hint);
  for (const [i, node] of raw.cluster.nodes.entries())
    for (const key of ['address6', 'podCIDR6'] as const)
      if (node[key] !== undefined)
        report.at(
          ['cluster', 'nodes', i, key],
          `node ${node.name} has ${key}, and the lab has no IPv6`,
          hint,
        );
}
