// The shape of labs/<lab>/lab.yaml: one zod schema, from which the types and the published JSON Schema follow.
import { z } from 'zod';
import { experiment } from './experiment-schema.ts';
import { DEFAULT_UNDERLAY6, label } from './schema-parts.ts';
import { selector } from './selector-schema.ts';

export type { ExecStep, PingTraffic, RawExperiment } from './experiment-schema.ts';
export { hostTables, labTables } from './experiment-schema.ts';
export type { Matcher } from './schema-parts.ts';

const ipv4 = z.ipv4();
const cidr = z.cidrv4();
const ipv6 = z.ipv6();
const cidr6 = z.cidrv6();

const node = z
  .strictObject({
    name: label.describe('Node name, also its hostname.'),
    role: z
      .enum(['control-plane', 'worker'])
      .default('worker')
      .describe('As Kubernetes would list it; on the netns backend both run the same things.'),
    address: ipv4
      .optional()
      .describe('Address of eth0. Default: the next free one of the underlay, from .2.'),
    podCIDR: cidr
      .optional()
      .describe("The node's share of network.podCIDR. Default: the next free block of nodeMaskBits."),
    address6: ipv6
      .optional()
      .describe(
        'IPv6 address of eth0 in a dual-stack lab. Default: the next free one of underlay6, from ::2.',
      ),
    podCIDR6: cidr6
      .optional()
      .describe("The node's share of network.podCIDR6. Default: the next free block of nodeMaskBits6."),
  })
  .describe('A cluster node: on the netns backend a network and a mount namespace.');

const outside = z
  .strictObject({
    cidr: cidr
      .default('203.0.113.0/24')
      .describe('The network beyond the router. Default: a range kept for documentation (RFC 5737).'),
    router: label.default('router').describe('Name of the host between the underlay and the outside.'),
    host: label.default('internet').describe('Name of the one host that is on the outside.'),
  })
  .describe('A way out of the cluster: a router, which is the nodes’ gateway, and a host behind it.');

const container = z
  .strictObject({
    name: label.describe('Unique in the pod; pod/container is how experiments call it.'),
    command: z
      .array(z.string())
      .min(1)
      .default(['sleep', 'infinity'])
      .describe('Program and arguments; no shell unless it is one.'),
  })
  .describe("A process of its own in the pod's network namespace.");

/** What runs in a pod of which the lab says nothing. */
export const DEFAULT_CONTAINERS = [{ name: 'main', command: ['sleep', 'infinity'] }];

const workload = z
  .strictObject({
    name: label.describe(
      'The pods of a deployment are called <name>-1 … <name>-N; the pod of `kind: pod` is just <name>.',
    ),
    selector: selector.optional(),
    kind: z.enum(['deployment', 'pod']).default('deployment').describe('`pod` is exactly one.'),
    replicas: z.int().min(0).max(1000).default(1).describe('Pods of a deployment, or that a selector names.'),
    nodes: z
      .array(label)
      .min(1)
      .optional()
      .describe(
        'Replica i runs on nodes[i mod length]. Default: all nodes, in order; required with a selector.',
      ),
    annotations: z
      .record(z.string(), z.string())
      .default({})
      .describe('Such as kubernetes.io/egress-bandwidth: 8M, which the bandwidth plugin obeys.'),
    ports: z
      .array(
        z.strictObject({
          containerPort: z.int().min(1).max(65535),
          hostPort: z.int().min(1).max(65535).describe('Port of the node; one pod of a node can have it.'),
          protocol: z.enum(['tcp', 'udp']).default('tcp'),
        }),
      )
      .default([])
      .describe('Given to plugins with the portMappings capability.'),
    containers: z.array(container).min(1).default(DEFAULT_CONTAINERS),
  })
  .describe('Pods that are made, changed and removed together.');

const networkCommon = {
  podCIDR: cidr.describe('The range that all pod addresses come from.'),
  nodeMaskBits: z.int().min(8).max(30).default(24).describe('Prefix length of each node’s podCIDR.'),
  podCIDR6: cidr6
    .optional()
    .describe(
      'The range that all IPv6 pod addresses come from, such as fd00:10:244::/56: makes the lab dual-stack. Not for flannel.',
    ),
  nodeMaskBits6: z.int().min(16).max(126).default(64).describe('Prefix length of each node’s podCIDR6.'),
  mtu: z
    .int()
    .min(576)
    .max(65535)
    .optional()
    .describe('Of pod interfaces, bytes. Default: 1500; flannel 1450.'),
  configs: z
    .string()
    .min(1)
    .optional()
    .describe('Directory beside lab.yaml whose files are put in /etc/cni/net.d of every node.'),
};

const network = z.discriminatedUnion('type', [
  z
    .strictObject({ type: z.literal('kindnet'), ...networkCommon })
    .describe('ptp + host-local + portmap, routes between nodes.'),
  z
    .strictObject({
      type: z.literal('flannel'),
      ...networkCommon,
      vni: z.int().min(1).max(16777215).default(1).describe('VXLAN network identifier (RFC 7348).'),
      port: z.int().min(1).max(65535).default(8472).describe('UDP port of the VTEPs.'),
    })
    .describe('VXLAN overlay, cni0 bridge.'),
  z
    .strictObject({
      type: z.literal('conflist'),
      ...networkCommon,
      routes: z.boolean().default(true).describe('Route each podCIDR via its node, as Kindnet does.'),
    })
    .describe("The lab's own conflist, from `configs`."),
]);

/** A whole lab file. */
export const labFile = z
  .strictObject({
    $schema: z.string().optional().describe('Where editors find this schema.'),
    name: label.describe('Also the name of the stack, unless told otherwise.'),
    title: z.string().optional().describe('One line for people.'),
    description: z.string().optional(),
    cluster: z
      .strictObject({
        underlay: cidr.default('192.168.49.0/24').describe('The network between the nodes.'),
        underlay6: cidr6
          .optional()
          .describe(`The same in IPv6, in a lab with network.podCIDR6. Default: ${DEFAULT_UNDERLAY6}.`),
        nodes: z.array(node).max(250),
        outside: outside.optional(),
      })
      .describe('Machines and the network between them.'),
    network: network.describe('What wires the pods: kindnet, flannel, or a conflist of the lab’s own.'),
    workloads: z.array(workload).default([]).describe('What runs.'),
    experiments: z.array(experiment).default([]).describe('What is tried, and what must be seen.'),
  })
  .describe('A pod-networking lab: cluster, network, workloads and the experiments on them.');

/** A lab file as parsed: right in shape, not yet checked across. */
export type RawLab = z.infer<typeof labFile>;
