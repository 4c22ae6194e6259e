// A lab of one experiment that fails, as a run of the real thing recorded it, for commands that meet no lab that stands.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { LabResults } from '../../infra/experiments/result.ts';
import type { StackRecord } from '../../infra/state/stack-store.ts';

const FIXTURES = path.resolve(import.meta.dirname, '..', 'unit', 'cli', 'fixtures');

/** A file that was recorded with it, such as what the engine said. */
export const recorded = (name: string) => readFileSync(path.join(FIXTURES, name), 'utf8');

export const record = JSON.parse(recorded('record.json')) as StackRecord;
export const results = JSON.parse(recorded('results.json')) as LabResults;

/** Its lab file. */
export const BAD_LAB = `name: bad
cluster: { nodes: [{ name: a }] }
network: { type: kindnet, podCIDR: 10.9.0.0/16 }
workloads: [{ name: p, replicas: 2 }]
experiments:
  - { kind: ping, name: wrong, from: p-1, to: p-2, count: 1, checks: [{ name: nothing is received, select: received, expect: 0 }] }
`;
