// Lab files that faults are tried in beside the project's own labs: a pod behind a port of its node, in each network.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

const NETWORKS = {
  kindnet: '{ type: kindnet, podCIDR: 10.244.0.0/16 }',
  flannel: '{ type: flannel, podCIDR: 10.42.0.0/16 }',
} as const;

/** Writes it. @returns path of the lab file */
export async function hostPortLab(network: keyof typeof NETWORKS, directory: string): Promise<string> {
  const file = path.join(directory, `ports-${network}.yaml`);
  await writeFile(
    file,
    [
      `name: ports-${network}`,
      'cluster: { nodes: [{ name: n1 }, { name: n2 }] }',
      `network: ${NETWORKS[network]}`,
      'workloads:',
      '  - { name: client, kind: pod, nodes: [n1] }',
      '  - { name: beside, kind: pod, nodes: [n2] }',
      '  - name: web',
      '    kind: pod',
      '    nodes: [n2]',
      '    ports:',
      '      - { containerPort: 80, hostPort: 8080 }',
      '      - { containerPort: 81, hostPort: 8081 }',
      '    containers:',
      '      - { name: web, command: [busybox, httpd, -f, -p, "80"] }',
      '      - { name: more, command: [busybox, httpd, -f, -p, "81"] }',
      '',
    ].join('\n'),
  );
  return file;
}
