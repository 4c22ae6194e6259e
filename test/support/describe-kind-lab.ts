// What must hold for a lab on a real kind cluster, through the real engine: as on netns, with the lab's own assertions.
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../infra/backends/registry.ts';
import type { LabResults } from '../../infra/experiments/result.ts';
import { loadLab } from '../../infra/lab/load.ts';
import { explained } from './explained-differences.ts';
import { type HostTables, hostTables, tableDifferences } from './host-tables.ts';
import { clustersOf, leftOf } from './kind-leftovers.ts';
import { LabSession, type LabStack } from './lab-session.ts';

export interface KindLabExpectations {
  /** A node, and a command that deletes one of its routes to another node's pods. */
  readonly deleteRoute: readonly [node: string, command: string];
  /** Of it the veth is deleted. */
  readonly broken: string;
  /** `pod/container` of a pod with two of them. */
  readonly container: string;
}

/** A parity run is two labs and two times down. */
const PARITY_MS = 9 * 60_000;
const ROOT = path.resolve(import.meta.dirname, '..', '..');

export function describeKindLab(name: string, expected: KindLabExpectations): void {
  const [node, deleteRoute] = expected.deleteRoute;

  describe(`lab ${name} on kind`, () => {
    let session: LabSession;
    let stack: LabStack;

    beforeAll(async () => {
      session = await LabSession.open();
      // The backends are also used from here, on the same state.
      process.env.CNILAB_STATE_DIR = session.env.CNILAB_STATE_DIR;
      stack = await session.stack(name, { backend: 'kind' });
      await stack.up();
    });

    afterAll(async () => {
      await session?.close();
    });

    const record = async (of = stack) => {
      const found = await of.record();
      if (!found) throw new Error(`there is no record of stack ${of.name}`);
      return found;
    };
    const pods = async () => {
      const { backend, handle } = await record();
      return (await loadBackend(backend)).connect(handle).pods();
    };
    const failures = ({ experiments }: LabResults) =>
      experiments.flatMap((experiment) =>
        experiment.checks
          .filter(({ verdict }) => verdict !== 'pass')
          .map((check) => `${experiment.name}: ${check.name}: ${check.differences.join('; ')}`),
      );
    const expectPass = async () => {
      const results = await stack.results();
      expect(failures(results)).toEqual([]);
      expect(results.verdict).toBe('pass');
    };
    const inside = (target: string, script: string) =>
      session.cli(['exec', target, '--stack', stack.name, '--', 'sh', '-c', script]);
    /** Of the cluster, which goes: this process has a connection to it. */
    const letGo = async () => {
      const { backend, handle } = await record();
      await (await loadBackend(backend)).disconnect(handle);
    };

    it('comes up, and every check of it passes', async () => {
      await expectPass();
      expect(await stack.outputs()).toMatchObject({ lab: name, backend: 'kind', verdict: 'pass' });
    });

    it('needs no change, and makes none', async () => {
      const before = await pods();
      expect(await stack.preview()).toEqual({});
      expect(await stack.refresh()).toEqual({});
      expect(Object.keys(await stack.up())).toEqual(['same']);
      expect(await pods()).toEqual(before);
    });

    it('lets a node, a pod and a container be entered, with the exit code of what ran there', async () => {
      const [pod = ''] = expected.container.split('/');
      const wanted = (await pods()).find((one) => one.name === pod);
      const address = `ip -4 -o addr show eth0 | grep -c 'inet ${wanted?.address}/'`;
      const ran = await Promise.all([
        inside(node, 'test -e /etc/cni/net.d && echo node; exit 7'),
        inside(pod, `${address}; exit 8`),
        inside(expected.container, `${address}; exit 9`),
      ]);
      expect(ran.map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual([
        [7, 'node\n'],
        [8, '1\n'],
        [9, '1\n'],
      ]);
    });

    it('has in the kernel of every node and pod what netns has; each difference is explained', async () => {
      const other = await session.stack(name, { stack: `${stack.name}-netns`, backend: 'netns' });
      await other.up();
      // Kernels forget whom nobody has asked for a minute where the machine has many neighbours, of all netns together (arp(7)).
      await session.cli(['verify', '--stack', stack.name]);
      const lab = await loadLab(path.join(ROOT, 'labs', name, 'lab.yaml'));
      const tables = async (of: LabStack): Promise<HostTables> => {
        const { backend, handle } = await record(of);
        const loaded = await loadBackend(backend);
        return hostTables(loaded.connect(handle), lab).finally(() => loaded.disconnect(handle));
      };
      const [netns, kind] = [await tables(other), await tables(stack)];
      await other.destroy();
      const { unexplained } = explained(tableDifferences({ netns, kind }));
      expect(unexplained).toEqual([]);
    });

    it('mends what refresh finds: a deleted route, a deleted veth', async () => {
      const before = await pods();
      const broken = before.find((pod) => pod.name === expected.broken);
      if (!broken) throw new Error(`the lab has no pod ${expected.broken}`);
      const done = [
        await inside(node, deleteRoute),
        await inside(broken.node, `ip link del ${broken.hostVeth}`),
      ];
      expect(done.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual([
        [0, ''],
        [0, ''],
      ]);
      expect(await stack.refresh()).not.toEqual({});
      expect(await stack.preview()).not.toEqual({});
      const ended = await stack.up().catch((error: Error) => error);
      const touched = (await pods()).filter(
        (pod) => !before.some(({ containerId }) => containerId === pod.containerId),
      );
      expect(touched.map((pod) => pod.name)).toEqual([broken.name]);
      // host-local never gives the same address twice in a row: a check that names it is right to fail.
      const wrong = failures(await stack.results());
      expect(wrong.filter((line) => !line.includes(`${touched[0]?.address}`))).toEqual([]);
      // A verdict that failed is itself to be mended, so that much is found again.
      if (wrong.length > 0) return;
      expect(ended).not.toBeInstanceOf(Error);
      expect(await stack.refresh()).toEqual({});
      expect(await stack.preview()).toEqual({});
    });

    it('is made anew by a plain up after its containers were removed by hand', async () => {
      const { handle } = await record();
      await letGo();
      await clustersOf(stack.name, session.env).removeContainers();
      expect(await stack.preview()).not.toEqual({});
      await stack.up();
      expect((await record()).handle.id).not.toBe(handle.id);
      await expectPass();
    });

    it('goes without leaving anything', async () => {
      await letGo();
      await stack.destroy();
      expect(await leftOf(session, stack.name)).toEqual([]);
    });

    it('has the same verdicts as on netns, side by side', async () => {
      const { exitCode, stdout, stderr } = await session.cli(
        ['parity', name, '--backend', 'netns,kind'],
        {},
        PARITY_MS,
      );
      expect(exitCode, `${stdout}${stderr}`).toBe(0);
      expect(stdout).toMatch(/\bnetns\b.*\bkind\b/);
      expect(await leftOf(session, `parity-${name}-kind`)).toEqual([]);
    });
  });
}
