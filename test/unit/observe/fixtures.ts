// Real outputs, recorded from labs built by hand with the CNI plugins: two nodes, three pods each.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { attachments } from '../../../infra/observe/attachments.ts';
import type { PickNetwork } from '../../../infra/observe/parse-files.ts';
import { type ParseHostOptions, parseHostSections } from '../../../infra/observe/parse-host.ts';
import type { HostSnapshot, LabSnapshot } from '../../../infra/observe/snapshot.ts';
import { correlateVeths } from '../../../infra/observe/veths.ts';

const path = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

export const text = (name: string) => readFileSync(path(name), 'utf8');
export const bytes = (name: string) => readFileSync(path(name));

/** A stand-in for the runtime's choice: the first .conflist. */
export const pickFirst: PickNetwork = (files) => {
  const first = files.find((f) => f.name.endsWith('.conflist'))?.name;
  return { rows: files.map(({ name }) => ({ file: name, picked: name === first, why: 'stand-in' })) };
};

/** @param name such as kindnet-minikube-m02 or flannel-pod-a */
export const recorded = (name: string, role: 'node' | 'pod'): HostSnapshot =>
  parseHostSections(text(`${name}.out.txt`), text(`${name}.err.txt`), { role, pickNetwork: pickFirst });

const LABS = {
  kindnet: {
    nodes: { minikube: 'kindnet-minikube', 'minikube-m02': 'kindnet-minikube-m02' },
    pods: [
      ['pod-1', 'minikube', 'kindnet-pod-1', 'ida', '10.244.0.2'],
      ['pod-2', 'minikube-m02', 'kindnet-pod-2', 'idb', '10.244.1.2'],
      ['pod-3', 'minikube-m02', 'kindnet-pod-3', 'idd', '10.244.1.3'],
    ],
  },
  flannel: {
    nodes: { 'node-1': 'flannel-node-1', 'node-2': 'flannel-node-2' },
    pods: [
      ['pod-a', 'node-1', 'flannel-pod-a', 'ida', '10.42.0.2'],
      ['pod-b', 'node-1', 'flannel-pod-b', 'idb', '10.42.0.3'],
      ['pod-d', 'node-2', 'flannel-pod-d', 'idd', '10.42.1.2'],
    ],
  },
} as const;

/**
 * A whole lab from its recorded hosts.
 * @param rewrite changes the recorded text first, as another run of the same lab would
 */
export function recordedLab(
  lab: keyof typeof LABS,
  rewrite: (text: string) => string = (t) => t,
  options: Pick<ParseHostOptions, 'forwarding'> = {},
): LabSnapshot {
  const read = (name: string, role: 'node' | 'pod') =>
    parseHostSections(rewrite(text(`${name}.out.txt`)), text(`${name}.err.txt`), {
      role,
      pickNetwork: pickFirst,
      ...options,
    });
  const nodes = Object.entries(LABS[lab].nodes).map(([name, file]) => ({
    name,
    snapshot: read(file, 'node'),
  }));
  const pods = LABS[lab].pods.map(([name, node, file, id, address], i) => {
    const snapshot = read(file, 'pod');
    return {
      name,
      node,
      address,
      id: rewrite(id).trim(),
      pid: 100 + i,
      snapshot,
      netns: snapshot.netns ?? '',
    };
  });
  const veths = correlateVeths({ nodes, pods });
  const statuses = pods.map((p) => ({
    name: p.name,
    node: p.node,
    address: p.address,
    containerId: p.id,
    pid: p.pid,
    hostVeth: veths.find((v) => v.pod === p.name)?.nodeIf ?? '',
    mac: p.snapshot.interfaces.find((i) => i.name === 'eth0')?.mac ?? '',
    containers: [{ name: 'main', id: `${p.id}main`, pid: p.pid + 100 }],
  }));
  const hosts = Object.fromEntries([...nodes, ...pods].map((h) => [h.name, h.snapshot]));
  return {
    nodes: nodes.map(({ name }) => ({ name, role: 'worker', address: '', podCIDR: '' })),
    pods: statuses.map((s, i) => ({ ...s, netns: pods[i]?.netns ?? '' })),
    containers: statuses.flatMap((s, i) =>
      s.containers.map((c) => ({ pod: s.name, node: s.node, ...c, netns: pods[i]?.netns ?? '' })),
    ),
    veths,
    attachments: attachments(
      statuses,
      new Map(nodes.map((n) => [n.name, n.snapshot])),
      new Map(pods.map((p) => [p.name, p.snapshot])),
      [],
    ),
    cniCalls: [],
    hosts,
  };
}
