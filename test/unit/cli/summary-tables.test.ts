// The summary shows what was observed last, and knows when that is not enough.
import { expect, test } from 'vitest';
import type { ExperimentResult, Json } from '../../../infra/experiments/result.ts';
import { observedTables } from '../../../scripts/cli/summary-tables.ts';

function inspect(startedAt: string, observed: Json): ExperimentResult {
  const common = { checks: [], canonical: null, durationMs: 1, trafficMs: 0, artifacts: [] };
  return { name: 'x', kind: 'inspect', verdict: 'pass', startedAt, observed, ...common };
}

const early = inspect('2026-01-01T00:00:00.000Z', {
  'lab.pods': [{ name: 'old' }],
  'lab.containers': [],
  'lab.veths': [],
});
const late = inspect('2026-01-01T00:00:05.000Z', { 'lab.pods': [{ name: 'new' }], 'minikube.routes': [] });

test('each table is the latest there is', () => {
  expect(observedTables([early, late])).toEqual({ pods: [{ name: 'new' }], containers: [], veths: [] });
  expect(observedTables([late, early])?.pods).toEqual([{ name: 'new' }]);
});

test('a table nobody looked at has to be observed', () => {
  expect(observedTables([late])).toBeUndefined();
  expect(observedTables([])).toBeUndefined();
  expect(observedTables([{ ...early, kind: 'ping' }])).toBeUndefined();
  expect(observedTables([inspect('2026-01-01T00:00:00.000Z', null)])).toBeUndefined();
});
