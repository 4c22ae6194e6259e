// The labs that are killed: small, and with checks that see whatever a crash could leave inside them. Pure.

export const NETWORKS = ['kindnet', 'flannel'] as const;
export type Network = (typeof NETWORKS)[number];

/**
 * What the lab file says at the moment; going from one to another is an update. base: as it begins · pods: one pod more,
 * another host port · mtu: every pod is wired anew · node: the cluster grows in place, and back to base it is made anew.
 */
export const VARIANTS = ['base', 'pods', 'mtu', 'node'] as const;
export type Variant = (typeof VARIANTS)[number];

/** Pods of the deployment, the pod with a host port beside them. */
const REPLICAS = { base: 3, pods: 4, mtu: 3, node: 3 } as const;

/** The lab file. Its name, and with it the stack's, is the caller's. */
export function crashLab(name: string, network: Network, variant: Variant): string {
  const replicas = REPLICAS[variant];
  const nodes = variant === 'node' ? ['n1', 'n2', 'n3'] : ['n1', 'n2'];
  return `name: ${name}
cluster:
  nodes: [${nodes.map((node) => `{ name: ${node} }`).join(', ')}]
network: { type: ${network}, podCIDR: 10.9.0.0/16${variant === 'mtu' ? ', mtu: 1400' : ''} }
workloads:
  - { name: web, replicas: ${replicas}, nodes: [${Array.from({ length: replicas }, (_, i) => (i % 2 ? 'n2' : 'n1')).join(', ')}] }
  - { name: door, kind: pod, nodes: [n1], ports: [{ containerPort: 80, hostPort: ${variant === 'pods' ? 8081 : 8080} }] }
experiments:
${tables(nodes, replicas + 1)}
  - name: mesh
    kind: mesh
    patience: 10
    checks: [{ name: everybody answers, select: unanswered, expect: [] }]
  - name: journey
    kind: journey
    ping: { from: web-1, to: web-2, count: 1 }
    checks: [{ name: it arrives, select: ping, expect: { transmitted: 1, received: 1, duplicates: 0 } }]
`;
}

/** Of a pod that was half made or half removed, something is too many or too few here. */
function tables(nodes: readonly string[], pods: number): string {
  const veths = nodes.map(
    (node) =>
      `      - { name: veths of ${node}, at: ${node}, table: interfaces, where: { name: { $matches: ^veth } }, expect: { $count: ${node === 'n1' ? podsOf(pods) : node === 'n2' ? pods - podsOf(pods) : 0} } }`,
  );
  const leases = nodes.map(
    (node) =>
      `      - { name: leases of ${node}, at: ${node}, table: leases, expect: { $count: ${node === 'n1' ? podsOf(pods) : node === 'n2' ? pods - podsOf(pods) : 0} } }`,
  );
  const rules = nodes.map(
    (node) =>
      `      - { name: rules of ${node}, at: ${node}, table: netfilter, where: { rule: { $matches: ^-A } }, expect: { $not: { $count: 0 } } }`,
  );
  const configs = nodes.map(
    (node) =>
      `      - { name: CNI configuration of ${node}, at: ${node}, table: cniConfig, where: { picked: true }, expect: { $count: 1 } }`,
  );
  return `  - name: tables
    kind: inspect
    checks:
      - { name: pods, table: pods, expect: { $count: ${pods} } }
      - { name: attachments, table: attachments, expect: { $count: ${pods}, $every: { cached: true, lease: true, inKernel: true } } }
      - { name: veth pairs, table: veths, expect: { $count: ${pods}, $every: { matches: true } } }
      - { name: one host port, at: n1, table: netfilter, where: { chain: CNI-HOSTPORT-DNAT, rule: { $matches: "--dports? 808[01] " } }, expect: { $count: 1 } }
${[...veths, ...leases, ...rules, ...configs].join('\n')}`;
}

/** Of so many pods in all, those on n1: every second one of the deployment, and the pod with the host port. */
function podsOf(pods: number): number {
  return Math.ceil((pods - 1) / 2) + 1;
}
