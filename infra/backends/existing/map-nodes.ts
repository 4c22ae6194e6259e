// Which node of a cluster that was there before plays which node of the lab. Pure.
import type { V1Node } from '@kubernetes/client-node';
import type { LabNode } from '../../lab/lab.ts';
import type { NodeName } from '../kubernetes/cluster-tool.ts';

/** Labels of control-plane nodes (kubernetes.io well-known labels); the second is how clusters before 1.24 said it. */
const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/**
 * By what the user says (`lab=real,lab=real`); else those of the same name; else control planes for control planes and
 * workers for workers, in the order of their names. Where roles run out, any node that is left will do.
 * @throws Error when there are not enough nodes, or the user names one that is not there
 */
export function mapNodes(
  wanted: readonly LabNode[],
  live: readonly V1Node[],
  said = '',
): readonly NodeName[] {
  const real = live.map((node) => ({ name: node.metadata?.name ?? '', role: roleOf(node) }));
  real.sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = real.map(({ name }) => name).join(', ') || 'none';
  const given = parse(said);
  for (const [lab, name] of given) {
    if (!wanted.some((node) => node.name === lab))
      throw new Error(
        `setting nodes: the lab has no node "${lab}"; it has ${wanted.map((n) => n.name).join(', ')}`,
      );
    if (!real.some((node) => node.name === name))
      throw new Error(`setting nodes: the cluster has no node "${name}"; it has ${names}`);
  }
  if (wanted.length > real.length)
    throw new Error(`the lab has ${wanted.length} nodes, the cluster ${real.length}: ${names}`);
  const free = new Set(real.map(({ name }) => name));
  const chosen = new Map<string, string>();
  const choose = (lab: string, name: string | undefined) => {
    if (name === undefined || chosen.has(lab) || !free.delete(name)) return;
    chosen.set(lab, name);
  };
  for (const [lab, name] of given) choose(lab, name);
  for (const { name } of wanted) choose(name, free.has(name) ? name : undefined);
  for (const { name, role } of wanted)
    choose(name, real.find((node) => node.role === role && free.has(node.name))?.name);
  for (const { name } of wanted) choose(name, real.find((node) => free.has(node.name))?.name);
  return wanted.map(({ name }) => ({ lab: name, real: chosen.get(name) ?? '' }));
}

function roleOf({ metadata }: V1Node): LabNode['role'] {
  return CONTROL_PLANE.some((label) => metadata?.labels?.[label] !== undefined) ? 'control-plane' : 'worker';
}

function parse(said: string): ReadonlyMap<string, string> {
  const pairs = said
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const [lab, real, ...rest] = pair.split('=').map((word) => word.trim());
      if (!lab || !real || rest.length > 0)
        throw new Error(`setting nodes: "${pair}" is not <node of the lab>=<node of the cluster>`);
      return [lab, real] as const;
    }),
  );
}
