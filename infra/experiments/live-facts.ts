// Answers the templates of a lab file (`${pod.address}`) from the cluster as it stands.
import type { Cluster } from '../backends/backend.ts';
import { noVeth } from '../journey/in-node.ts';
import { formatGateway, parseCidr } from '../lab/cidr.ts';
import type { Lab } from '../lab/lab.ts';
import { outsideMachines } from '../lab/machines.ts';
import { type NodeField, type PodField, TemplateError, type TemplateLookup } from '../lab/template.ts';

type Facts = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

/** Node devices whose MAC can be asked for. */
const DEVICE_FIELDS = { cni0Mac: () => 'cni0', vtepMac: (lab: Lab) => `flannel.${lab.network.vni}` } as const;

/**
 * @param wanted the experiment; nodes are asked for MACs only when it speaks of them
 * @throws HostError when a node is gone
 */
export async function liveFacts(
  cluster: Cluster,
  lab: Lab,
  wanted: unknown,
  signal: AbortSignal,
): Promise<TemplateLookup> {
  const [nodes, pods] = await Promise.all([cluster.nodes(), cluster.pods()]);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const facts: Record<string, Record<string, string | number>> = {};
  for (const { name, address, podCIDR, address6, podCIDR6 } of nodes) {
    facts[name] = {
      ...{ name, address, podCIDR, gateway: gatewayOf(podCIDR) },
      ...(address6 && { address6 }),
      ...(podCIDR6 && { podCIDR6, gateway6: gatewayOf(podCIDR6) }),
    } satisfies Partial<Record<NodeField, string>>;
  }
  for (const { name, address } of outsideMachines(lab)) facts[name] = { name, address };
  for (const pod of pods) {
    const { name, node, address, address6, mac, hostVeth, pid, containerId } = pod;
    const { podCIDR: cidr, podCIDR6: cidr6 } = byName.get(node) ?? lab.network;
    facts[name] = {
      ...{ name, node, address, mac, hostVeth, pid, containerId },
      ...{ cidr, gateway: gatewayOf(cidr) },
      ...(address6 && { address6 }),
      ...(cidr6 && { cidr6, gateway6: gatewayOf(cidr6) }),
    } satisfies Partial<Record<PodField, string | number>>;
  }
  const text = JSON.stringify(wanted);
  const devices = Object.entries(DEVICE_FIELDS).filter(([field]) => text.includes(`.${field}`));
  const asked = nodes.flatMap((node) =>
    devices.map(async ([field, dev]) => {
      const mac = await macOf(cluster, node.name, dev(lab), signal);
      Object.assign(facts[node.name] as object, { [field]: mac });
    }),
  );
  await Promise.all(asked);
  return lookupIn(facts);
}

function lookupIn(facts: Facts): TemplateLookup {
  return (name, field) => {
    const found = Object.hasOwn(facts, name) ? facts[name] : undefined;
    const value = found && Object.hasOwn(found, field) ? found[field] : undefined;
    if (value === '' && field === 'hostVeth')
      throw new TemplateError(`\${${name}.${field}}: ${noVeth(name)}`);
    return value;
  };
}

function gatewayOf(podCIDR: string): string {
  return formatGateway(parseCidr(podCIDR));
}

/** Empty when the node has no such device. */
async function macOf(cluster: Cluster, node: string, dev: string, signal: AbortSignal): Promise<string> {
  const { exitCode, stdout } = await cluster
    .host(node)
    .run(['ip', '-j', 'link', 'show', 'dev', dev], { signal });
  if (exitCode !== 0) return '';
  const [link] = JSON.parse(stdout) as { readonly address?: string }[];
  return link?.address ?? '';
}
