// What must hold for every lab of ours, on the real engine and the real kernel; one file in test/labs for each lab.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { netnsBackend } from '../../infra/backends/netns/netns-backend.ts';
import type { LabResults } from '../../infra/experiments/result.ts';
import { type HostState, hostDifferences, hostSnapshot } from '../../scripts/crash/host-snapshot.ts';
import { LabSession, type LabStack } from './lab-session.ts';

export interface LabExpectations {
  /** Rows of the acceptance table that this lab shows. */
  readonly claims: readonly string[];
  /** A node, and a command that deletes one of its routes to another node's pods. */
  readonly deleteRoute: readonly [node: string, command: string];
}

/** A running lab, for what one lab asserts beyond the common. */
export interface RunningLab {
  readonly stack: LabStack;
  readonly session: LabSession;
  on(host: string, command: string): Promise<string>;
}

export function describeLab(
  name: string,
  expected: LabExpectations,
  more?: (lab: () => RunningLab) => void,
): void {
  describe(`lab ${name}`, () => {
    let session: LabSession;
    let stack: LabStack;
    let before: HostState;
    let first: LabResults;

    beforeAll(async () => {
      before = await hostSnapshot();
      session = await LabSession.open();
      // The backend is also used from here, on the same state.
      process.env.CNILAB_STATE_DIR = session.env.CNILAB_STATE_DIR;
      stack = await session.stack(name);
      await stack.up();
      first = await stack.results();
    });

    afterAll(async () => {
      await session?.close();
    });

    const handle = async () => {
      const record = await stack.record();
      if (!record) throw new Error(`there is no record of stack ${stack.name}`);
      return record.handle;
    };
    const on = async (host: string, command: string) => {
      const { exitCode, stdout, stderr } = await netnsBackend
        .connect(await handle())
        .host(host)
        .run(['sh', '-c', command]);
      expect({ command, exitCode, stderr }).toMatchObject({ exitCode: 0 });
      return stdout;
    };
    const cniCalls = async () => (await netnsBackend.connect(await handle()).cniCalls()).length;
    const failures = (results: LabResults) =>
      results.experiments.flatMap((experiment) =>
        experiment.checks
          .filter(({ verdict }) => verdict !== 'pass')
          .map((check) => `${experiment.name}: ${check.name}: ${check.differences.join('; ')}`),
      );

    it('comes up, and every check of it passes', async () => {
      expect(failures(first)).toEqual([]);
      expect(first.verdict).toBe('pass');
      expect(first.experiments.map(({ verdict }) => verdict)).toEqual(first.experiments.map(() => 'pass'));
      expect(await stack.outputs()).toMatchObject({ lab: name, backend: 'netns', verdict: 'pass' });
    });

    it('shows every claim of its article', () => {
      const shown = new Set(
        first.experiments.flatMap(({ checks }) => checks.flatMap(({ claim }) => claim ?? [])),
      );
      expect(expected.claims.filter((claim) => !shown.has(claim))).toEqual([]);
    });

    it('leaves the machine as it was while it runs', async () => {
      expect(hostDifferences(before, await hostSnapshot())).toEqual([]);
    });

    it('needs no change, makes none, and calls no plugin the second time', async () => {
      const calls = await cniCalls();
      expect(await stack.preview()).toEqual({});
      expect(await stack.refresh()).toEqual({});
      const changes = await stack.up();
      expect(Object.keys(changes)).toEqual(['same']);
      expect(await cniCalls()).toBe(calls);
    });

    more?.(() => ({ stack, session, on }));

    it('mends what refresh finds: a deleted route, a deleted veth, a killed pod', async () => {
      const pods = await netnsBackend.connect(await handle()).pods();
      const [broken, killed] = pods;
      if (!broken || !killed) throw new Error('the lab has too few pods for this test');
      await on(expected.deleteRoute[0], expected.deleteRoute[1]);
      await on(broken.node, `ip link del ${broken.hostVeth}`);
      await on(killed.node, `kill -9 ${killed.pid}; while [ -d /proc/${killed.pid} ]; do sleep 0.01; done`);
      expect(await stack.refresh()).not.toEqual({});
      expect(await stack.preview()).not.toEqual({});
      await stack.up();
      expect(await stack.refresh()).toEqual({});
      expect(await stack.preview()).toEqual({});
      expect(failures(await stack.results())).toEqual([]);
      const after = await netnsBackend.connect(await handle()).pods();
      const touched = after.filter((pod) => !pods.some(({ containerId }) => containerId === pod.containerId));
      expect(touched.map((pod) => pod.name).sort()).toEqual([broken.name, killed.name].sort());
    });

    it('is rebuilt by a plain up after its holder was killed, and observes the very same', async () => {
      const { facts } = await handle();
      process.kill(Number(facts.holder), 'SIGKILL');
      while (await netnsBackend.isAlive(await handle()))
        await new Promise((resolve) => setTimeout(resolve, 10));
      expect(await stack.preview()).not.toEqual({});
      await stack.up();
      const second = await stack.results();
      expect(failures(second)).toEqual([]);
      const canonical = (results: LabResults) =>
        Object.fromEntries(results.experiments.map((experiment) => [experiment.name, experiment.canonical]));
      expect(canonical(second)).toEqual(canonical(first));
    });

    it('goes without leaving anything', async () => {
      const { facts } = await handle();
      await stack.destroy();
      expect(processesOf(Number(facts.uid), Number(facts.holder))).toEqual([]);
      expect(await stack.record()).toBeUndefined();
      expect(readdirSync(path.join(session.directory, 'state', 'sandboxes'))).toEqual([]);
      expect(hostDifferences(before, await hostSnapshot())).toEqual([]);
    });
  });
}

/** The holder, and whatever else still has it as an ancestor. */
function processesOf(_uid: number, holder: number): readonly string[] {
  return readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state !== 'Z' && (Number(entry) === holder || Number(parent) === holder);
    } catch {
      return false;
    }
  });
}
