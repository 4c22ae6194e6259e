// The pods and the rows of kernel state that a fault is about, picked from what was observed.
import type {
  FdbRow,
  HostSnapshot,
  InterfaceRow,
  LabSnapshot,
  NeighbourRow,
  RouteRow,
} from '../observe/snapshot.ts';

type Pod = LabSnapshot['pods'][number];
type Node = LabSnapshot['nodes'][number];

/** Two pods on different nodes, and the way between them as the first one's node sees it. */
export interface Scene {
  readonly lab: LabSnapshot;
  readonly from: Pod;
  readonly to: Pod;
  readonly here: Node;
  readonly there: Node;
  /** Another pod on the target's node. */
  readonly beside?: Pod;
  readonly hereState: HostSnapshot;
  readonly thereState: HostSnapshot;
  /** The route of the first node to the second one's pods. */
  readonly route: RouteRow;
  /** The interface it leads to. */
  readonly uplink: InterfaceRow;
  /** Where pods' veths are ports of a bridge: that bridge on the first node. */
  readonly bridge?: InterfaceRow;
  /** The way to the second node's VTEP, where the nodes are joined by VXLAN. */
  readonly tunnel?: { readonly neighbour: NeighbourRow; readonly fdb: FdbRow; readonly remote: InterfaceRow };
}

/** @returns undefined when no two pods on different nodes are joined by a route */
export function sceneOf(lab: LabSnapshot): Scene | undefined {
  for (const from of lab.pods) {
    for (const to of lab.pods) {
      const scene = from.node === to.node ? undefined : sceneBetween(lab, from, to);
      if (scene) return scene;
    }
  }
  return undefined;
}

function sceneBetween(lab: LabSnapshot, from: Pod, to: Pod): Scene | undefined {
  const [here, there] = [from, to].map(({ node }) => lab.nodes.find(({ name }) => name === node));
  if (!here || !there) return undefined;
  const [hereState, thereState] = [lab.hosts[here.name], lab.hosts[there.name]];
  if (!hereState || !thereState) return undefined;
  const route = hereState.routes.find(({ dst, table }) => dst === there.podCIDR && table === 'main');
  const uplink = hereState.interfaces.find(({ name }) => name === route?.dev);
  if (!route || !uplink) return undefined;
  const master = hereState.interfaces.find(({ name }) => name === from.hostVeth)?.master;
  const bridge = hereState.interfaces.find(({ name }) => name === master);
  const beside = lab.pods.find(({ name, node }) => node === there.name && name !== to.name);
  const tunnel = uplink.kind === 'vxlan' ? tunnelOf(hereState, thereState, route) : undefined;
  return {
    ...{ lab, from, to, here, there, hereState, thereState, route, uplink },
    ...(beside && { beside }),
    ...(bridge && { bridge }),
    ...(tunnel && { tunnel }),
  };
}

function tunnelOf(here: HostSnapshot, there: HostSnapshot, { via, dev }: RouteRow): Scene['tunnel'] {
  const neighbour = here.neighbours.find((row) => row.dst === via && row.dev === dev);
  const fdb = here.fdb.find((row) => row.mac === neighbour?.mac && row.dev === dev);
  const remote = there.interfaces.find(({ mac, kind }) => mac === neighbour?.mac && kind === 'vxlan');
  return neighbour && fdb && remote ? { neighbour, fdb, remote } : undefined;
}

/** Value of a sysctl that was observed. */
export function sysctl(state: HostSnapshot, name: string): string | undefined {
  return state.sysctls.find((row) => row.name === name)?.value;
}
