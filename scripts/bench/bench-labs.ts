// The lab files that are measured beside labs/kindnet.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PODS } from './figures.ts';

const NODES = '[{ name: node-1 }, { name: node-2 }]';
const NETWORK = '{ type: kindnet, podCIDR: 10.244.0.0/16 }';

/** Name of the lab → its text. */
const LABS = {
  /** What the engine, the program and the provider cost by themselves. */
  empty: [`cluster: { nodes: [] }`],
  /** Nodes wired to each other, and no pod. */
  bare: [`cluster: { nodes: ${NODES} }`],
  /** Half of the pods on each node, none of them looked at. */
  pods: [`cluster: { nodes: ${NODES} }`, `workloads: [{ name: web, replicas: ${PODS} }]`],
} as const;

export type BenchLab = keyof typeof LABS;

/** Writes them. @returns the path of each */
export async function writeBenchLabs(directory: string): Promise<Readonly<Record<BenchLab, string>>> {
  const names = Object.keys(LABS) as BenchLab[];
  const files = names.map((name) => [name, path.join(directory, `${name}.yaml`)] as const);
  await Promise.all(files.map(([name, file]) => writeFile(file, labText(name))));
  return Object.fromEntries(files) as Record<BenchLab, string>;
}

export function labText(name: BenchLab): string {
  return [`name: bench-${name}`, `network: ${NETWORK}`, ...LABS[name], ''].join('\n');
}
