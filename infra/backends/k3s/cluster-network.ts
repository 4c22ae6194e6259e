// What K3s has to know of the lab's network: whose flannel, which ranges.

import { covers, formatCidr, overlaps, parseCidr } from '../../lab/cidr.ts';
import type { ClusterSpec } from '../backend.ts';

/** vxlan: K3s' embedded flannel is the lab's network. none: the lab brings its own. */
export type FlannelBackend = 'vxlan' | 'none';

/** A cluster's spec, and the network that is to come, where that is known already. */
export type K3sSpec = Pick<ClusterSpec, 'nodes' | 'settings' | 'network'>;

export interface ClusterNetwork {
  readonly flannel: FlannelBackend;
  /** As K3s takes them: both families with a comma between. */
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  /** Arguments of kube-controller-manager, which cuts a share for each node. */
  readonly controllerManager: readonly string[];
}

/** K3s' own flannel knows no other (pkg/agent/flannel/setup.go: type vxlan, without VNI and Port: flannel's defaults). */
const EMBEDDED = { vni: 1, port: 8472 };

/** K3s' default first (docs.k3s.io/cli/server, --service-cidr), then what kubeadm takes. */
const SERVICE_CIDRS = ['10.43.0.0/16', '10.96.0.0/16'] as const;
const SERVICE_CIDR6 = 'fd00:10:43::/112';
/** kube-controller-manager's --node-cidr-mask-size-ipv4 and -ipv6. */
const NODE_PREFIX = 24;
const NODE_PREFIX6 = 64;

/** @throws Error when K3s cannot give the nodes the ranges that the lab has for them */
export function clusterNetwork(spec: K3sSpec): ClusterNetwork {
  const { network, nodes, settings = {} } = spec;
  const pods = network?.podCIDR ?? narrowest(nodes.map(({ podCIDR }) => podCIDR));
  const nodes6 = nodes.flatMap(({ podCIDR6 }) => (podCIDR6 === undefined ? [] : [podCIDR6]));
  const pods6 = network?.podCIDR6 ?? (nodes6.length > 0 ? narrowest(nodes6) : undefined);
  const service =
    SERVICE_CIDRS.find((cidr) => !overlaps(parseCidr(cidr), parseCidr(pods))) ?? SERVICE_CIDRS[1];
  return {
    flannel: flannelBackend(settings.flannel, network),
    clusterCidr: pods6 === undefined ? pods : `${pods},${pods6}`,
    serviceCidr: pods6 === undefined ? service : `${service},${SERVICE_CIDR6}`,
    controllerManager: maskSizes(nodes[0]?.podCIDR, nodes6[0]),
  };
}

function flannelBackend(setting: string | undefined, network: K3sSpec['network']): FlannelBackend {
  if (setting === 'vxlan' || setting === 'none') return setting;
  const { type, vni, port } = network ?? {};
  return type === 'flannel' && vni === EMBEDDED.vni && port === EMBEDDED.port ? 'vxlan' : 'none';
}

/** The narrowest range with all of them in it. */
function narrowest(cidrs: readonly string[]): string {
  const [first, ...others] = cidrs.map((cidr) => parseCidr(cidr));
  if (!first) throw new Error('a lab without nodes cannot be made on K3s: add one to cluster.nodes');
  let { prefix } = first;
  const widened = () => parseCidr(formatCidr({ ...first, prefix }));
  while (!others.every((other) => covers(widened(), other))) prefix--;
  return formatCidr(widened());
}

function maskSizes(podCIDR = '', podCIDR6?: string): readonly string[] {
  const prefix = Number(podCIDR.split('/')[1]);
  const prefix6 = Number(podCIDR6?.split('/')[1] ?? NODE_PREFIX6);
  if (podCIDR6 === undefined) return prefix === NODE_PREFIX ? [] : [`node-cidr-mask-size=${prefix}`];
  return [
    ...(prefix === NODE_PREFIX ? [] : [`node-cidr-mask-size-ipv4=${prefix}`]),
    ...(prefix6 === NODE_PREFIX6 ? [] : [`node-cidr-mask-size-ipv6=${prefix6}`]),
  ];
}
