// Lab files varied at random: nodes, pods, networks, ports. Pure, and the same for the same seed.
import { picker, randomNumbers } from './random-numbers.ts';

export interface VariedLab {
  readonly yaml: string;
  /** Files of configs/. */
  readonly configs: Readonly<Record<string, string>>;
}

const NODES = [1, 2, 2, 3, 3, 4];
const PODS = [1, 2, 3, 4, 5, 6];
const POD_NETWORKS = ['10.42.0.0/16', '10.244.0.0/16', '172.20.0.0/14'];
const UNDERLAYS = ['192.168.49.0/24', '192.168.60.0/22', '10.7.7.0/26'];

export function variedLab(seed: number): VariedLab {
  const random = randomNumbers(seed);
  const pick = picker(random);
  const nodes = Array.from({ length: pick(NODES) }, (_, i) => ({ name: `n${i + 1}` }));
  const podCIDR = pick(POD_NETWORKS);
  const type = pick(['kindnet', 'flannel', 'bridge', 'ptp']);
  const own = type === 'bridge' || type === 'ptp';
  const mtu = pick([1500, 1400, 1280]);
  const network = {
    type: own ? 'conflist' : type,
    podCIDR,
    nodeMaskBits: pick([24, 26]),
    mtu: type === 'flannel' ? mtu - 50 : mtu,
    ...(type === 'flannel' && { vni: pick([1, 77]), port: pick([8472, 4789]) }),
    ...(own && { configs: 'configs' }),
  };
  const workloads = Array.from({ length: pick(PODS) }, (_, i) => ({
    name: `w${i + 1}`,
    replicas: pick([1, 1, 2]),
    nodes: [pick(nodes).name, pick(nodes).name],
    // Each has a port of its own, so that no two want the same of one node.
    ...(pick([true, false]) && {
      kind: 'pod',
      replicas: 1,
      ports: [{ containerPort: 80, hostPort: 8000 + i, protocol: pick(['tcp', 'udp']) }],
    }),
  }));
  const lab = {
    name: `varied-${seed}`,
    cluster: { underlay: pick(UNDERLAYS), nodes },
    network,
    workloads,
  };
  return {
    // JSON is YAML.
    yaml: `${JSON.stringify(lab, null, 2)}\n`,
    configs: own ? { '10-own.conflist': JSON.stringify(conflist(type, pick, mtu)) } : {},
  };
}

function conflist(type: 'bridge' | 'ptp', pick: <T>(list: readonly T[]) => T, mtu: number) {
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: '@POD_CIDR@' }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const bridge = {
    bridge: pick(['br0', 'cni0']),
    isGateway: true,
    hairpinMode: pick([true, false]),
  };
  return {
    cniVersion: pick(['0.4.0', '1.0.0']),
    name: 'own',
    plugins: [
      { type, ...(type === 'bridge' && bridge), mtu, ipam },
      { type: 'portmap', capabilities: { portMappings: true }, snat: true },
    ],
  };
}
