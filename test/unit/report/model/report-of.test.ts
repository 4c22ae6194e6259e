import { describe, expect, it } from 'vitest';
import type { ExperimentResult } from '../../../../infra/experiments/result.ts';
import { callFacts } from '../../../../infra/report/model/call-facts.ts';
import { experimentReport } from '../../../../infra/report/model/experiment-report.ts';
import { reportOf } from '../../../../infra/report/model/report-of.ts';
import { madeCall, madeLab, madeResults, madeSources } from '../../../support/report-fixture.ts';

describe('CNI calls of a report', () => {
  it('keep what calls share once, and the result of the plugin before apart from the configuration', () => {
    const said = '{"ips": []}';
    const { texts, calls } = callFacts(
      [
        madeCall('a', 'bridge', { name: 'cbr0' }, said),
        madeCall('a', 'portmap', { name: 'cbr0', prevResult: { ips: [] } }, said),
        madeCall('gone', 'bridge', { name: 'cbr0' }, said),
      ],
      new Map([['id-a', 'a']]),
      'the trace',
    );
    expect(calls).toHaveLength(2);
    const [first, second] = calls;
    expect(texts[second?.prevResult ?? -1]).toBe('{\n "ips": []\n}');
    expect(first?.stdout).toBe(second?.prevResult);
    expect(first?.stdin).toBe(second?.stdin);
    expect(first?.env.map(([name]) => name)).toEqual(['CNI_COMMAND']);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('leave what is no JSON as it is', () => {
    const { texts } = callFacts(
      [{ ...madeCall('a', 'x', 0, 'oh no'), stdin: 'not {' }],
      new Map([['id-a', 'a']]),
      'x',
    );
    expect(texts).toEqual(['ADD', 'not {', 'oh no']);
  });
});

describe('an experiment of a report', () => {
  const sources = { resultsFile: 'results.json', vxlanPorts: [] };
  const [made] = madeResults().experiments as readonly [ExperimentResult];

  it('cuts what is long, and says how much there is and where', () => {
    const check = {
      ...made.checks[0],
      observed: 'x'.repeat(9_000),
      differences: Array.from({ length: 70 }, (_, n) => `${n}`),
    };
    const { checks } = experimentReport(
      { ...made, checks: [check as ExperimentResult['checks'][number]] },
      sources,
    );
    expect(checks[0]?.observed).toMatch(/^x{4000}\n… 5000 more characters, all of it in results.json$/);
    expect(checks[0]?.differences).toHaveLength(21);
    expect(checks[0]?.differences.at(-1)).toBe('the first 20 of 70 differences; all are in results.json');
  });

  it('of a mesh keeps the square, and of the pairs only the first that were not answered', () => {
    const pair = (n: number) => ({
      from: `a${n}`,
      to: 'b',
      fromNode: 'n',
      toNode: 'n',
      received: 0,
      transmitted: 1,
      attempts: 1,
    });
    const unanswered = Array.from({ length: 60 }, (_, n) => pair(n));
    const observed = {
      asked: 60,
      answered: 0,
      pairs: unanswered,
      unanswered,
      byNode: [{ from: 'n', to: 'n', asked: 60, answered: 0 }],
    };
    const report = experimentReport({ ...made, kind: 'mesh', observed: observed as never }, sources);
    expect(report.mesh).toEqual({
      asked: 60,
      answered: 0,
      byNode: observed.byNode,
      unanswered: unanswered.slice(0, 50).map(({ from }) => `${from} → b`),
    });
    expect(report.notes).toEqual([
      'the first 50 of 60 pairs that were not answered; all are in results.json',
    ]);
  });

  it('of learning keeps what changed, and by which packet', () => {
    const changes = [
      {
        host: 'n',
        table: 'fdb',
        change: 'added',
        text: 'forwarding entry',
        causedBy: { packet: 'arp-request', tap: 't', delayNs: 1500 },
      },
      { host: 'n', table: 'fdb', change: 'removed', text: 'it', aged: true, causedBy: null },
    ];
    const report = experimentReport({ ...made, kind: 'learning', observed: { changes } as never }, sources);
    expect(report.changes).toEqual([
      { host: 'n', change: 'added', text: 'forwarding entry', cause: 'by arp-request at t, 1.5 µs later' },
      { host: 'n', change: 'removed', text: 'it', cause: 'aged out' },
    ]);
  });
});

describe('the model of a report', () => {
  it('joins both ends of a cable, and names the interface that a row belongs to', () => {
    const { live } = reportOf(madeSources(madeLab(2, 1)));
    expect(live?.hosts['pod-1-1']).toMatchObject({
      kind: 'pod',
      node: 'node-1',
      interfaces: [{ dev: 'eth0', peer: { host: 'node-1', dev: 'veth0x0' } }],
    });
    expect(live?.hosts['node-1']?.tables.addresses).toContainEqual({
      line: 'inet 10.42.0.1/24 scope global dev cni0',
      dev: 'cni0',
    });
    expect(live?.hosts['node-1']?.tables).not.toHaveProperty('routes');
  });
});
