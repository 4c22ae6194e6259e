// The shape of labs/<lab>/lab.yaml: one zod schema, from which the types and the published JSON Schema follow.
import { z } from 'zod';

/** RFC 1123 label: what Kubernetes accepts as a node, pod or container name. */
const label = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be lower-case letters, digits and "-" (RFC 1123 label)');

const ipv4 = z.ipv4();
const cidr = z.cidrv4();

const node = z
  .strictObject({
    name: label.describe('Node name, also its hostname.'),
    role: z.enum(['control-plane', 'worker']).default('worker'),
    address: ipv4
      .optional()
      .describe('Address of eth0. Default: the next free one of the underlay, from .2.'),
    podCIDR: cidr.optional().describe("The node's share of network.podCIDR. Default: the next one."),
  })
  .describe('A cluster node: on the netns backend a network and a mount namespace.');

const container = z.strictObject({
  name: label,
  command: z.array(z.string()).min(1).default(['sleep', 'infinity']),
});

const workload = z.strictObject({
  name: label.describe(
    'Pods are called <name>-1 … <name>-N; a workload with one replica and `kind: pod` is just <name>.',
  ),
  kind: z.enum(['deployment', 'pod']).default('deployment'),
  replicas: z.int().min(0).max(1000).default(1),
  nodes: z
    .array(label)
    .min(1)
    .optional()
    .describe('Replica i runs on nodes[i mod length]. Default: all nodes, in order.'),
  annotations: z.record(z.string(), z.string()).default({}),
  ports: z
    .array(
      z.strictObject({
        containerPort: z.int().min(1).max(65535),
        hostPort: z.int().min(1).max(65535),
        protocol: z.enum(['tcp', 'udp']).default('tcp'),
      }),
    )
    .default([]),
  containers: z
    .array(container)
    .min(1)
    .default([{ name: 'main', command: ['sleep', 'infinity'] }]),
});

const networkCommon = {
  podCIDR: cidr,
  nodeMaskBits: z.int().min(8).max(30).default(24).describe('Prefix length of each node’s podCIDR.'),
  mtu: z.int().min(576).max(65535).optional(),
  configs: z
    .string()
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
      vni: z.int().min(1).max(16777215).default(1),
      port: z.int().min(1).max(65535).default(8472),
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

/** A value to compare an observed value with; see docs/assertions.md. */
export type Matcher =
  | string
  | number
  | boolean
  | null
  | readonly Matcher[]
  | { readonly [key: string]: Matcher };

const matcher: z.ZodType<Matcher> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(matcher), z.record(z.string(), matcher)]),
);

/** Tables of a snapshot that belong to one node or pod (`at`). */
export const hostTables = [
  'interfaces',
  'addresses',
  'routes',
  'rules',
  'neighbours',
  'fdb',
  'qdiscs',
  'netfilter',
  'sysctls',
  'cniConfig',
  'leases',
] as const;
/** Tables of a snapshot that belong to the whole lab. */
export const labTables = ['nodes', 'pods', 'containers', 'veths', 'attachments', 'cniCalls'] as const;

const checkCommon = {
  name: z.string().min(1).describe('What a reader learns when this holds.'),
  claim: z.string().optional().describe('The acceptance row or other claim it shows, such as K8.'),
  expect: matcher,
};

const inspectCheck = z.strictObject({
  ...checkCommon,
  at: z.string().optional().describe('Node or pod whose table is looked at; left out for lab-wide tables.'),
  table: z.enum([...hostTables, ...labTables]),
  where: z.record(z.string(), matcher).optional().describe('Keep only the rows that match.'),
});

const observedCheck = z.strictObject({
  ...checkCommon,
  select: z
    .string()
    .optional()
    .describe('Dotted path into what was observed, such as traffic.received. Default: all of it.'),
  where: z.record(z.string(), matcher).optional(),
});

const experimentCommon = {
  name: label,
  title: z.string().optional(),
  onFailure: z.enum(['fail', 'record']).default('fail').describe('Whether a failed check fails `up`.'),
};

const pingTraffic = {
  from: z.string().describe('Pod or node that sends.'),
  to: z.string().describe('Pod, node or address that is asked.'),
  count: z.int().min(1).max(1000).default(3),
  interval: z.number().min(0.002).max(10).default(0.2).describe('Seconds between requests.'),
  size: z.int().min(0).max(65507).optional().describe('Payload bytes.'),
  dontFragment: z.boolean().default(false),
  timeout: z.number().min(0.1).max(60).default(2).describe('Seconds to wait for the last reply.'),
};

const execStep = z.strictObject({
  in: z.string().describe('Node, pod or pod/container.'),
  command: z.array(z.string()).min(1),
  json: z.boolean().default(false).describe('Parse standard output as JSON.'),
  timeout: z.number().min(0.1).max(600).default(30).describe('Seconds.'),
  expect: matcher.default({ exitCode: 0 }).describe('Matched against {exitCode, stdout, stderr, json}.'),
});

const tap = z.strictObject({
  name: label.describe('What checks call this tap.'),
  at: z.string().describe('Node or pod.'),
  dev: z.string().describe('Interface; `${pod.hostVeth}` names the node end of a pod’s veth.'),
});

const experiment = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('inspect'), ...experimentCommon, checks: z.array(inspectCheck).min(1) }),
  z.strictObject({
    kind: z.literal('ping'),
    ...experimentCommon,
    ...pingTraffic,
    checks: z.array(observedCheck).default([]),
  }),
  z.strictObject({
    kind: z.literal('capture'),
    ...experimentCommon,
    taps: z.array(tap).min(1).max(64),
    filter: z.string().default('icmp or arp').describe('pcap-filter(7) expression for every tap.'),
    before: z.array(execStep).default([]).describe('Run before the taps start, such as flushing neighbours.'),
    ping: z.strictObject(pingTraffic),
    checks: z.array(observedCheck).default([]),
  }),
  z.strictObject({
    kind: z.literal('exec'),
    ...experimentCommon,
    steps: z.array(execStep.extend({ name: z.string().optional(), claim: z.string().optional() })).min(1),
    cleanup: z.array(execStep).default([]).describe('Run at the end whatever happened.'),
  }),
]);

/** A whole lab file. */
export const labFile = z.strictObject({
  $schema: z.string().optional(),
  name: label,
  title: z.string().optional(),
  description: z.string().optional(),
  cluster: z.strictObject({
    underlay: cidr.default('192.168.49.0/24').describe('The network between the nodes.'),
    nodes: z.array(node).min(1).max(250),
  }),
  network,
  workloads: z.array(workload).default([]),
  experiments: z.array(experiment).default([]),
});

/** A lab file as parsed: right in shape, not yet checked across. */
export type RawLab = z.infer<typeof labFile>;
export type RawExperiment = RawLab['experiments'][number];
export type ExecStep = z.infer<typeof execStep>;
export type PingTraffic = { readonly [K in keyof typeof pingTraffic]: z.infer<(typeof pingTraffic)[K]> };
