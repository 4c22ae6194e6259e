// Both ends of every pod's veth, found from what the kernels of node and pod say, never from what CNI said.
import type { HostSnapshot, InterfaceRow, VethRow } from './snapshot.ts';

export interface VethInput {
  readonly nodes: readonly { readonly name: string; readonly snapshot: HostSnapshot }[];
  readonly pods: readonly {
    readonly name: string;
    readonly node: string;
    /** Inode, as `net:[…]`. */
    readonly netns: string;
    readonly snapshot: HostSnapshot;
  }[];
}

/** Whether the other end is on the pod's node. */
export const hasBothEnds = ({ nodeIfindex }: Pick<VethRow, 'nodeIfindex'>): boolean =>
  nodeIfindex !== NONE.ifindex;

/** Stands for "there is no such interface"; the kernel counts from 1. */
const NONE = { name: '', ifindex: 0, peerIfindex: 0, peerNetnsid: -1 };

/**
 * An interface is (netns, ifindex); equal numbers in two netns mean nothing. IFLA_LINK gives the peer's ifindex in the
 * peer's netns, IFLA_LINK_NETNSID that netns as the asking netns numbers it (rtnetlink(7), ip-netns(8)). A pod whose
 * veth has no other end on its node still gets a row, with zeros and `matches: false`.
 */
export function correlateVeths({ nodes, pods }: VethInput): VethRow[] {
  const byName = new Map(nodes.map((node) => [node.name, node.snapshot]));
  return pods.flatMap((pod) => {
    const node = byName.get(pod.node);
    const links = pod.snapshot.interfaces.filter((i) => i.kind === 'veth');
    return links.map((link) => row(pod, link, node));
  });
}

function row(pod: VethInput['pods'][number], link: InterfaceRow, node: HostSnapshot | undefined): VethRow {
  const ids = new Map(node?.netnsids?.map((id) => [id.netnsid, id.netns]));
  const pointsBack = (i: InterfaceRow) => i.ifindex === link.peerIfindex && i.peerIfindex === link.ifindex;
  // One ifindex names one interface, so there is at most one candidate; the netnsid must then lead to this very pod.
  const candidate = node?.interfaces.find((i) => i.kind === 'veth' && pointsBack(i));
  const leadsTo = candidate?.peerNetnsid === undefined ? undefined : ids.get(candidate.peerNetnsid);
  const near = candidate ?? node?.interfaces.find((i) => i.ifindex === link.peerIfindex && i.kind === 'veth');
  const end = near ?? NONE;
  const known = ids.size > 0;
  const matches =
    candidate?.peerNetnsid !== undefined &&
    link.peerNetnsid !== undefined &&
    (known ? leadsTo === pod.netns : true);
  return {
    pod: pod.name,
    node: pod.node,
    podIf: link.name,
    podIfindex: link.ifindex,
    podPeerIfindex: link.peerIfindex,
    nodeIf: end.name,
    nodeIfindex: end.ifindex,
    nodePeerIfindex: end.peerIfindex,
    nodeNetnsid: end.peerNetnsid ?? -1,
    podNetns: pod.netns,
    ...(node?.netns !== undefined && { nodeNetns: node.netns }),
    ...(near?.master !== undefined && { master: near.master }),
    provenBy: known ? 'netnsid' : 'mutual',
    matches,
  };
}
