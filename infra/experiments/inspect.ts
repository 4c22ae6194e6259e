// The inspect experiment: assertions about tables read from the kernel and the runtime.
import { pickNetwork } from '../cni/config-dir.ts';
import { hostTables } from '../lab/schema.ts';
import { canonicalise } from '../observe/canonical.ts';
import { observeLab } from '../observe/observe-lab.ts';
import type { HostSnapshot, LabSnapshot } from '../observe/snapshot.ts';
import { evaluateCheck } from './evaluate-check.ts';
import { ExperimentError, type ExperimentOf, type Runner } from './experiment.ts';
import type { Json } from './result.ts';
import { toJson } from './to-json.ts';

type InspectCheck = ExperimentOf<'inspect'>['checks'][number];

export const inspect: Runner<'inspect'> = async (running, { checks }) => {
  const { cluster, lab, lookup, signal } = running;
  const snapshot = running.snapshot ?? (await observeLab(cluster, lab, { signal, pickNetwork }));
  const observed: Record<string, Json> = {};
  const canonical: Record<string, Json> = {};
  const results = checks.map((check) => {
    const { at, table } = check;
    const key = `${at ?? 'lab'}.${table}`;
    const rows = observed[key] ?? toJson(tableOf(snapshot, check));
    observed[key] = rows;
    canonical[key] ??= canonicalise(rows, snapshot, { ...(at !== undefined && { at }), table });
    return evaluateCheck(check, rows, table, lookup);
  });
  return { observed, canonical, checks: results };
};

function tableOf(snapshot: LabSnapshot, { at, table }: InspectCheck): unknown {
  if (!(hostTables as readonly string[]).includes(table)) return snapshot[table as keyof LabSnapshot];
  const host = at === undefined ? undefined : snapshot.hosts[at];
  if (host === undefined) {
    const there = Object.keys(snapshot.hosts).join(', ');
    throw new ExperimentError(`nothing called ${at ?? '(no "at")'} was observed; there are ${there}`);
  }
  return host[table as keyof HostSnapshot];
}
