// The shape of a live lab: machines with their interfaces, pods on their cables, and what joins machines. Pure.
import type { HostSnapshot, InterfaceRow, LabSnapshot } from '../../observe/snapshot.ts';
import { hasBothEnds } from '../../observe/veths.ts';

/** An interface as a drawing needs it. `host` and `dev` together are its key: `<host>/<dev>`. */
export interface TopologyInterface {
  readonly host: string;
  readonly dev: string;
  readonly kind: string;
  /** As `address/prefix`. Link-local ones, which the kernel makes for every interface, are left out. */
  readonly addresses: readonly string[];
  readonly creator: string;
  /** Bridge that it is a port of. */
  readonly master?: string;
  /** Of a VXLAN device: its VNI, and the device that carries it. */
  readonly vni?: number;
  readonly carrier?: string;
}

export interface TopologyPod {
  readonly name: string;
  readonly node: string;
  readonly addresses: readonly string[];
  /** Its cable; absent for a pod in its node's own network, or whose ends were not found. */
  readonly cable?: {
    readonly podIf: string;
    readonly nodeIf: string;
    /** Bridge of the node's end. */
    readonly master?: string;
  };
}

export interface TopologyMachine {
  readonly name: string;
  readonly role: string;
  readonly podCIDR: string;
  /** All but loopback. */
  readonly interfaces: readonly TopologyInterface[];
  readonly pods: readonly TopologyPod[];
  /** Rows of its routing table `main`. */
  readonly routes: number;
}

/** What joins machines outside any of them. */
export interface TopologySegment {
  readonly name: 'underlay' | 'outside';
  readonly ends: readonly { readonly host: string; readonly dev: string }[];
}

export interface Topology {
  readonly machines: readonly TopologyMachine[];
  readonly segments: readonly TopologySegment[];
}

const SEGMENTS = ['underlay', 'outside'] as const;

/** Machines in the lab's order; a segment is there when it joins at least two. */
export function topologyOf(lab: Pick<LabSnapshot, 'nodes' | 'pods' | 'veths' | 'hosts'>): Topology {
  const cables = new Map(lab.veths.filter(hasBothEnds).map((veth) => [veth.pod, veth]));
  const machines = lab.nodes.flatMap(({ name, role, podCIDR }) => {
    const host = lab.hosts[name];
    if (host === undefined) return [];
    const pods = lab.pods
      .filter(({ node }) => node === name)
      .map((pod): TopologyPod => {
        const veth = cables.get(pod.name);
        return {
          name: pod.name,
          node: name,
          addresses: [pod.address, ...(pod.address6 ? [pod.address6] : [])],
          ...(veth && {
            cable: {
              podIf: veth.podIf,
              nodeIf: veth.nodeIf,
              ...(veth.master !== undefined && { master: veth.master }),
            },
          }),
        };
      });
    const interfaces = host.interfaces
      .filter(({ kind }) => kind !== 'loopback')
      .map((row) => topologyInterface(name, row, host));
    const routes = host.routes.filter(({ table }) => table === 'main').length;
    return [{ name, role, podCIDR, interfaces, pods, routes }];
  });
  return {
    machines,
    segments: SEGMENTS.map((name) => ({
      name,
      ends: machines.flatMap(({ interfaces }) =>
        interfaces.filter(({ creator }) => creator === name).map(({ host, dev }) => ({ host, dev })),
      ),
    })).filter(({ ends }) => ends.length > 1),
  };
}

function topologyInterface(host: string, row: InterfaceRow, snapshot: HostSnapshot): TopologyInterface {
  const { name: dev, kind, creator, master, details } = row;
  const isVxlan = kind === 'vxlan';
  return {
    ...{ host, dev, kind, creator },
    addresses: snapshot.addresses
      .filter((own) => own.dev === dev && (own.family === 'inet' || own.scope === 'global'))
      .map(({ address, prefix }) => `${address}/${prefix}`),
    ...(master !== undefined && { master }),
    ...(isVxlan && typeof details.id === 'number' && { vni: details.id }),
    ...(isVxlan && details.dev !== undefined && { carrier: String(details.dev) }),
  };
}

/** `node`, `router` or `host`: what a machine is called in a drawing. */
export function machineWord({ role }: Pick<TopologyMachine, 'role'>): string {
  if (role === 'router') return role;
  return role === 'outside' ? 'host' : 'node';
}
