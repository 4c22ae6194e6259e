// A mesh must speak of hosts and workloads that there are, and of no more pairs than a result can hold.
import { type Context, checkObserved } from './check-parts.ts';
import { podNames } from './names.ts';
import type { Path } from './problem.ts';
import type { RawExperiment, RawLab } from './schema.ts';
import { suggest } from './suggest.ts';

type Mesh = Extract<RawExperiment, { kind: 'mesh' }>;

/** Each pair is a row of the results: so many are some 20 MB. */
const MAX_PAIRS = 100_000;
/** Of one sender: sequence numbers of echo requests have 16 bits (RFC 792). */
const MAX_REQUESTS = 65_536;

export function checkMesh(experiment: Mesh, path: Path, raw: RawLab, context: Context): void {
  const { hosts, report } = context;
  const { family, peers, count, checks } = experiment;
  const [from, to] = (['from', 'to'] as const).map((key) =>
    hostsOf(experiment[key], [...path, key], raw, context),
  );
  if (family === 6 && !hosts.dualStack)
    report.at([...path, 'family'], 'the lab has no IPv6', 'add network.podCIDR6, or leave family out');
  const each = Math.min(peers ?? Number.POSITIVE_INFINITY, to?.size ?? 0);
  const pairs = (from?.size ?? 0) * each;
  if (pairs > MAX_PAIRS)
    report.at(
      path,
      `these are up to ${pairs} pairs, and a mesh has at most ${MAX_PAIRS}`,
      `say how many others each asks, such as peers: ${Math.max(1, Math.floor(MAX_PAIRS / (from?.size ?? 1)))}`,
    );
  if (each * count > MAX_REQUESTS)
    report.at(
      [...path, 'count'],
      `each would send up to ${each * count} requests, and can tell ${MAX_REQUESTS} apart`,
      'lower count, or say peers',
    );
  for (const [c, check] of checks.entries()) checkObserved(check, 'mesh', [...path, 'checks', c], context);
}

/** Names of all that are meant. */
function hostsOf(
  named: Mesh['from'],
  path: Path,
  raw: RawLab,
  { hosts, report }: Context,
): ReadonlySet<string> {
  const pods = [...hosts.pods.keys()];
  if (named === 'pods') return new Set(pods);
  if (named === 'nodes') return new Set(hosts.nodes);
  const single = new Set([...hosts.nodes, ...hosts.outside, ...pods]);
  const workloads = new Map(raw.workloads.map((workload) => [workload.name, workload]));
  return new Set(
    named.flatMap((name, i) => {
      if (single.has(name)) return [name];
      const workload = workloads.get(name);
      if (workload) return podNames(workload);
      report.at(
        [...path, i],
        `no node, pod or workload is called "${name}"`,
        suggest(name, [...single, ...workloads.keys()], 'names'),
      );
      return [];
    }),
  );
}
