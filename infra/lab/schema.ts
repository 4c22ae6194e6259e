// The shape of labs/<lab>/lab.yaml: one zod schema, from which the types and the published JSON Schema follow.
import { z } from 'zod';
import { experiment } from './experiment-schema.ts';
import { DEFAULT_UNDERLAY6, label, told } from './schema-parts.ts';
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
    name: told(label, 'Node name, also its hostname.', 'n1'),
    role: told(
      z.enum(['control-plane', 'worker']).default('worker'),
      'What Kubernetes would list it as; on the netns backend both run the same things.',
      'control-plane',
    ),
    address: told(
      ipv4.optional(),
      'Address of eth0, inside the underlay. Default: the next free one, from .2.',
      '192.168.49.10',
    ),
    podCIDR: told(
      cidr.optional(),
      "The node's share of network.podCIDR. Default: the next free block of nodeMaskBits.",
      '10.244.7.0/24',
    ),
    address6: told(
      ipv6.optional(),
      'IPv6 address of eth0 in a dual-stack lab. Default: the next free one of underlay6, from ::2.',
      'fd00:192:168:49::10',
    ),
    podCIDR6: told(
      cidr6.optional(),
      "The node's share of network.podCIDR6. Default: the next free block of nodeMaskBits6.",
      'fd00:10:244:7::/64',
    ),
  })
  .describe('A cluster node: on the netns backend a network and a mount namespace.');

const outside = z
  .strictObject({
    cidr: told(
      cidr.default('203.0.113.0/24'),
      'The network beyond the router. Default: a range kept for documentation (RFC 5737).',
      '198.51.100.0/24',
    ),
    router: told(
      label.default('router'),
      'Name of the host between the underlay and the outside.',
      'gateway',
    ),
    host: told(label.default('internet'), 'Name of the one host that is on the outside.', 'example-com'),
  })
  .describe('A way out of the cluster: a router, which is the nodes’ gateway, and a host behind it.');

const container = z
  .strictObject({
    name: told(label, 'Unique in the pod; pod/container is how experiments call it.', 'server'),
    command: told(
      z.array(z.string()).min(1).default(['sleep', 'infinity']),
      'Program and arguments; no shell unless it is one.',
      ['busybox', 'httpd', '-f', '-p', '80'],
    ),
  })
  .describe("A process of its own in the pod's network namespace.");

/** What runs in a pod of which the lab says nothing. */
export const DEFAULT_CONTAINERS = [{ name: 'main', command: ['sleep', 'infinity'] }];

const workload = z
  .strictObject({
    name: told(label, 'Name of the workload, from which its pods have theirs.', 'web'),
    selector: told(selector.optional(), 'Pods that run already, instead of such that are made.', {
      namespace: 'kube-system',
      matchLabels: { 'k8s-app': 'kube-dns' },
    }),
    kind: told(
      z.enum(['deployment', 'pod']).default('deployment'),
      '`deployment`: pods <name>-1 … <name>-N; `pod`: exactly one, called <name>.',
      'pod',
    ),
    replicas: told(z.int().min(0).max(1000).default(1), 'Pods of a deployment, or that a selector names.', 3),
    nodes: told(
      z.array(label).min(1).optional(),
      'Replica i runs on nodes[i mod length]. Default: all nodes, in order; required with a selector.',
      ['n1', 'n2', 'n1'],
    ),
    annotations: told(
      z.record(z.string(), z.string()).default({}),
      'Such as kubernetes.io/egress-bandwidth: 8M, which the bandwidth plugin obeys.',
      { 'kubernetes.io/egress-bandwidth': '8M' },
    ),
    ports: told(
      z
        .array(
          z
            .strictObject({
              containerPort: told(z.int().min(1).max(65535), 'Port that the pod listens at.', 80),
              hostPort: told(
                z.int().min(1).max(65535),
                'Port of the node; one pod of a node can have it.',
                8080,
              ),
              protocol: told(z.enum(['tcp', 'udp']).default('tcp'), 'Transport protocol.', 'udp'),
            })
            .describe('A port of a pod that is to be had at its node.'),
        )
        .default([]),
      'Given to plugins with the portMappings capability.',
      [{ containerPort: 80, hostPort: 8080 }],
    ),
    containers: told(
      z.array(container).min(1).default(DEFAULT_CONTAINERS),
      'What runs in a pod; its containers share its network namespace.',
      [{ name: 'server', command: ['busybox', 'httpd', '-f', '-p', '80'] }],
    ),
  })
  .describe('Pods that are made, changed and removed together.');

const networkCommon = {
  podCIDR: told(cidr, 'The range that all pod addresses come from.', '10.244.0.0/16'),
  nodeMaskBits: told(z.int().min(8).max(30).default(24), 'Prefix length of each node’s podCIDR.', 26),
  podCIDR6: told(
    cidr6.optional(),
    'The range that all IPv6 pod addresses come from, such as fd00:10:244::/56: makes the lab dual-stack. Not for flannel.',
    'fd00:10:244::/56',
  ),
  nodeMaskBits6: told(z.int().min(16).max(126).default(64), 'Prefix length of each node’s podCIDR6.', 80),
  mtu: told(
    z.int().min(576).max(65535).optional(),
    'Of pod interfaces, bytes. Default: 1500; flannel 1450.',
    1400,
  ),
  configs: told(
    z.string().min(1).optional(),
    'Directory beside lab.yaml whose files are put in /etc/cni/net.d of every node.',
    'configs',
  ),
};

const network = z.discriminatedUnion('type', [
  z
    .strictObject({ type: z.literal('kindnet'), ...networkCommon })
    .describe('ptp + host-local + portmap, routes between nodes.'),
  z
    .strictObject({
      type: z.literal('flannel'),
      ...networkCommon,
      vni: told(z.int().min(1).max(16777215).default(1), 'VXLAN network identifier (RFC 7348).', 42),
      port: told(z.int().min(1).max(65535).default(8472), 'UDP port of the VTEPs.', 4789),
    })
    .describe('VXLAN overlay, cni0 bridge.'),
  z
    .strictObject({
      type: z.literal('conflist'),
      ...networkCommon,
      routes: told(z.boolean().default(true), 'Route each podCIDR via its node, as Kindnet does.', false),
    })
    .describe("The lab's own conflist, from `configs`."),
]);

/** A whole lab file. */
export const labFile = z
  .strictObject({
    $schema: told(z.string().optional(), 'Where editors find this schema.', '../lab.schema.json'),
    name: told(label, 'Also the name of the stack, unless told otherwise.', 'hello'),
    title: told(z.string().optional(), 'One line for people.', 'Two pods and a ping'),
    description: told(
      z.string().optional(),
      'What the lab is about, for people.',
      'Two nodes wired as Kindnet wires them.',
    ),
    cluster: told(
      z.strictObject({
        underlay: told(
          cidr.default('192.168.49.0/24'),
          'The network between the nodes; its first address is the gateway.',
          '172.18.0.0/16',
        ),
        underlay6: told(
          cidr6.optional(),
          `The same in IPv6, in a lab with network.podCIDR6. Default: ${DEFAULT_UNDERLAY6}.`,
          'fc00:f853:ccd:e793::/64',
        ),
        nodes: told(z.array(node).max(250), 'In this order they get what is not said of them, and pods.', [
          { name: 'n1' },
          { name: 'n2' },
        ]),
        outside: told(
          outside.optional(),
          'A way out of the cluster; there is none without. `{}` is enough.',
          {},
        ),
      }),
      'Machines and the network between them.',
      { nodes: [{ name: 'n1' }, { name: 'n2' }] },
    ),
    network: told(network, 'What wires the pods: kindnet, flannel, or a conflist of the lab’s own.', {
      type: 'kindnet',
      podCIDR: '10.244.0.0/16',
    }),
    workloads: told(z.array(workload).default([]), 'What runs.', [{ name: 'web', replicas: 2 }]),
    experiments: told(z.array(experiment).default([]), 'What is tried, and what must be seen.', [
      { name: 'across', kind: 'ping', from: 'web-1', to: 'web-2' },
    ]),
  })
  .describe('A pod-networking lab: cluster, network, workloads and the experiments on them.');

/** A lab file as parsed: right in shape, not yet checked across. */
export type RawLab = z.infer<typeof labFile>;
