// Container → PID on a node, for all of its pods in one command: the runtime is asked (crictl, ctr, docker), else /proc.
import { readFileSync } from 'node:fs';
import { parseCgroups } from './container-sources/cgroups.ts';
import type { ContainerFacts } from './container-sources/container-fact.ts';
import { parseCtr } from './container-sources/ctr.ts';
import { parseListed } from './container-sources/listed.ts';

export type { ContainerFact, ContainerFacts, SandboxFact } from './container-sources/container-fact.ts';

/** For `sh -c` on a node, as root and in its PID namespace; {@link parseContainerFacts} reads what it prints. */
export function containerFactsScript(): string {
  script ??= readFileSync(new URL('./scripts/container-facts.sh', import.meta.url), 'utf8');
  return script;
}

let script: string | undefined;

/**
 * Host-network pods are there like any other: their processes are in the node's network namespace.
 * @throws Error when the output is not the script's
 */
export function parseContainerFacts(output: string): ContainerFacts {
  const { source, sandboxes, containers } = parse(parseSections(output), output);
  return { source, sandboxes: sandboxes.toSorted(byId), containers: containers.toSorted(byId) };
}

function parse(sections: ReadonlyMap<string, readonly string[]>, output: string): ContainerFacts {
  for (const source of ['crictl', 'docker'] as const) {
    const lines = sections.get(source);
    if (lines) return { source, ...parseListed(lines) };
  }
  const processes = sections.get('processes');
  if (processes === undefined)
    throw new Error(
      `The node did not say which containers run on it, but: ${JSON.stringify(output.slice(0, 200))}`,
    );
  const sandboxIds = sections.get('ctr sandboxes');
  const tasks = sections.get('ctr tasks');
  if (sandboxIds && tasks) return { source: 'ctr', ...parseCtr(sandboxIds, tasks, processes) };
  return { source: 'cgroups', ...parseCgroups(processes) };
}

/** Runtimes list in an order of their own, another each time. */
function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

/** Sections begin with "== NAME". */
function parseSections(output: string): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of output.split('\n')) {
    const [, name] = /^== (.+)$/.exec(line) ?? [];
    if (name === undefined) lines.push(line);
    else {
      lines = [];
      sections.set(name, lines);
    }
  }
  return sections;
}
