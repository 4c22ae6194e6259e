// RawLab → Lab: names bound, CIDRs cut, addresses pinned, everything checked across. Pure: nothing touches a kernel.
import { checkConfigs } from './check-configs.ts';
import { checkExperiments } from './check-experiments.ts';
import { checkNames } from './check-names.ts';
import { formatCidr, formatGateway, parseCidr } from './cidr.ts';
import { LabHosts } from './hosts.ts';
import type { Lab, LabNetwork } from './lab.ts';
import { planNodes } from './plan-nodes.ts';
import { planOutside } from './plan-outside.ts';
import { checkPodCount, planWorkloads } from './plan-workloads.ts';
import { Report } from './report.ts';
import type { RawLab } from './schema.ts';
import { DEFAULT_UNDERLAY6 } from './schema-parts.ts';
import type { LabSource } from './source.ts';

/** Ethernet's, which the underlay has. Bytes. */
const UPLINK_MTU = 1500;
/** Outer Ethernet, IPv4, UDP and VXLAN headers (RFC 7348, section 4.3): what flannel takes off the uplink's MTU. */
const VXLAN_OVERHEAD = 50;

/**
 * @param source where things are written, for the messages
 * @param configs base name → content of the files of `network.configs`
 * @throws LabError with every problem found, each with its place and what to do
 */
export function resolveLab(raw: RawLab, source: LabSource, configs: Readonly<Record<string, string>>): Lab {
  const report = new Report(source);
  checkPodCount(raw, report);
  checkNames(raw, report);
  const nodes = planNodes(raw, report);
  const outside = planOutside(raw, report);
  const workloads = planWorkloads(raw, nodes, report);
  checkExperiments(raw, new LabHosts(raw, report), report);
  checkConfigs(raw, configs, report);
  report.throwIfAny();
  return {
    name: raw.name,
    title: raw.title ?? raw.name,
    underlay: resolveUnderlay(raw),
    nodes,
    ...(outside && { outside }),
    network: resolveNetwork(raw.network, configs),
    workloads,
    experiments: raw.experiments,
  };
}

function resolveUnderlay({ cluster, network }: RawLab): Lab['underlay'] {
  const cidr = parseCidr(cluster.underlay);
  const cidr6 = parseCidr(cluster.underlay6 ?? DEFAULT_UNDERLAY6);
  return {
    cidr: formatCidr(cidr),
    gateway: formatGateway(cidr),
    ...(network.podCIDR6 !== undefined && {
      cidr6: formatCidr(cidr6),
      gateway6: formatGateway(cidr6),
    }),
  };
}

function resolveNetwork(network: RawLab['network'], configs: Readonly<Record<string, string>>): LabNetwork {
  const flannel = network.type === 'flannel';
  return {
    type: network.type,
    podCIDR: formatCidr(parseCidr(network.podCIDR)),
    ...(network.podCIDR6 !== undefined && { podCIDR6: formatCidr(parseCidr(network.podCIDR6)) }),
    mtu: network.mtu ?? (flannel ? UPLINK_MTU - VXLAN_OVERHEAD : UPLINK_MTU),
    // flannel's defaults, so that the shape is one; other networks have no VXLAN and do not look at them.
    vni: flannel ? network.vni : 1,
    port: flannel ? network.port : 8472,
    routes: network.type === 'conflist' ? network.routes : network.type === 'kindnet',
    configs,
  };
}
