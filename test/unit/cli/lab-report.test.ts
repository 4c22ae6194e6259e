// What a person is told to try when a lab is up: it has to work on the lab as it stands.
import { expect, test } from 'vitest';
import type { StackRecord } from '../../../infra/state/stack-store.ts';
import { nextSteps } from '../../../scripts/cli/lab-report.ts';
import type { SummaryTables } from '../../../scripts/cli/summary-tables.ts';

const record = (address?: string) =>
  ({
    ...{ stack: 'blue', labFile: '/nowhere/lab.yaml' },
    definition: {
      nodes: [],
      experiments: [],
      workloads: [{ pods: [{ name: 'web' }, { name: 'dns', ...(address && { address }) }] }],
    },
  }) as unknown as StackRecord;
const live = [{ name: 'dns', address: '10.244.0.7' }] as unknown as SummaryTables['pods'];
const pings = (address: string | undefined, pods: SummaryTables['pods']) =>
  nextSteps(record(address), pods).flatMap((line) => /ping -c 1 (\S+)/.exec(line)?.[1] ?? []);

test('a pod is pinged where it is; else where the lab wants it; else not at all', () => {
  expect(pings('10.244.0.2', live)).toEqual(['10.244.0.7']);
  expect(pings('10.244.0.2', [])).toEqual(['10.244.0.2']);
  expect(pings(undefined, [])).toEqual([]);
});
