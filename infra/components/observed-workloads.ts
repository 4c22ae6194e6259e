// Which workloads an experiment looks at, found from what it names: when in doubt, all of them.

import type { Lab, LabExperiment } from '../lab/lab.ts';
import { machines } from '../lab/machines.ts';
import { labTables } from '../lab/schema.ts';

const LAB_TABLES: ReadonlySet<string> = new Set(labTables);

/**
 * Names of the workloads whose pods can show in the experiment's result. A diagnosis looks at all, and a fault is between
 * whichever pods come first. One that names a node, or a table of the
 * whole lab, sees traces of every pod (routes, FDB, leases); one that names only pods or their addresses sees those.
 */
export function observedWorkloads(lab: Lab, experiment: LabExperiment): readonly string[] {
  // IPv6 addresses have colons, and so has what stands before a port.
  const words = new Set(
    textsOf(experiment).flatMap((text) => [
      ...text.split(/[^A-Za-z0-9.-]+/),
      ...text.split(/[^A-Za-z0-9.:-]+/),
    ]),
  );
  const seesAll =
    experiment.kind === 'diagnose' ||
    experiment.fault !== undefined ||
    machines(lab).some(({ name, address, address6 = name }) =>
      [name, address, address6].some((word) => words.has(word)),
    ) ||
    (experiment.kind === 'inspect' && experiment.checks.some(({ table }) => LAB_TABLES.has(table)));
  const named = lab.workloads.filter(({ name, pods }) =>
    [name, ...pods.flatMap((pod) => [pod.name, pod.address ?? pod.name, pod.address6 ?? pod.name])].some(
      (word) => mentions(words, word),
    ),
  );
  return (seesAll || named.length === 0 ? lab.workloads : named).map(({ name }) => name);
}

/** A template such as ${web-1.address} puts a dot after the name. */
function mentions(words: ReadonlySet<string>, name: string): boolean {
  return words.has(name) || [...words].some((word) => word.startsWith(`${name}.`));
}

/** Every text in it, keys included. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [key, ...textsOf(member)]);
}
