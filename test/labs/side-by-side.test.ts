// Two labs with the same addresses at the same time: each is alone in its world, and the machine in its own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { netnsBackend } from '../../infra/backends/netns/netns-backend.ts';
import { capture } from '../../infra/observe/capture.ts';
import { type HostState, hostDifferences, hostSnapshot } from '../../scripts/crash/host-snapshot.ts';
import { LabSession, type LabStack } from '../support/lab-session.ts';

describe('two stacks of one lab', () => {
  let session: LabSession;
  let before: HostState;
  let one: LabStack;
  let other: LabStack;

  beforeAll(async () => {
    before = await hostSnapshot();
    session = await LabSession.open();
    // The backend is also used from here, on the same state.
    process.env.CNILAB_STATE_DIR = session.env.CNILAB_STATE_DIR;
    [one, other] = await Promise.all([
      session.stack('kindnet', { stack: `one-${process.pid}` }),
      session.stack('kindnet', { stack: `other-${process.pid}` }),
    ]);
    await Promise.all([one.up(), other.up()]);
  });

  afterAll(async () => {
    await session?.close();
  });

  const clusterOf = async (stack: LabStack) => {
    const record = await stack.record();
    if (!record) throw new Error(`there is no record of stack ${stack.name}`);
    return netnsBackend.connect(record.handle);
  };

  it('both come up, with the same addresses, and pass', async () => {
    const [first, second] = await Promise.all([one.results(), other.results()]);
    expect([first.verdict, second.verdict]).toEqual(['pass', 'pass']);
    const addresses = async (stack: LabStack) => (await stack.outputs()).pods as { address: string }[];
    const [mine, theirs] = await Promise.all([addresses(one), addresses(other)]);
    expect(mine.map(({ address }) => address)).toEqual(theirs.map(({ address }) => address));
    expect(mine).toHaveLength(4);
  });

  it('each has only its own pods, veths and processes', async () => {
    const seen = async (stack: LabStack) => {
      const cluster = await clusterOf(stack);
      const pods = await cluster.pods();
      const { stdout } = await cluster
        .host('minikube')
        .run(['sh', '-c', 'ls /sys/class/net; ls -d /proc/[0-9]*']);
      const words = stdout.split('\n');
      return {
        containers: pods.map(({ containerId }) => containerId),
        expected: pods.filter(({ node }) => node === 'minikube').map(({ hostVeth }) => hostVeth),
        veths: words.filter((word) => word.startsWith('veth')),
        processes: words.filter((word) => word.startsWith('/proc/')).length,
      };
    };
    const [mine, theirs] = await Promise.all([seen(one), seen(other)]);
    expect(mine.veths.toSorted()).toEqual(mine.expected.toSorted());
    expect(theirs.veths.toSorted()).toEqual(theirs.expected.toSorted());
    expect(mine.containers.filter((id) => theirs.containers.includes(id))).toEqual([]);
    // Two nodes, four pods with five containers, and what holds the sandbox: with the other lab's it would be twice as many.
    for (const { processes } of [mine, theirs]) expect(processes).toBeLessThan(2 * (2 + 4 + 5));
  });

  it('packets of one are not seen in the other, at the same interface of the same node', async () => {
    const [mine, theirs] = await Promise.all([clusterOf(one), clusterOf(other)]);
    const taps = [
      { name: 'mine', host: mine.host('minikube'), dev: 'eth0' },
      { name: 'theirs', host: theirs.host('minikube'), dev: 'eth0' },
    ];
    const ping = ['ping', '-n', '-c', '3', '-i', '0.05', '10.244.1.2'];
    const { result, taps: tapped } = await capture(taps, 'icmp', () => mine.host('pod-to-pod-2').run(ping));
    expect(result).toMatchObject({ exitCode: 0 });
    expect(tapped.map(({ name, status, captured }) => ({ name, status, captured }))).toEqual([
      { name: 'mine', status: 'complete', captured: 6 },
      { name: 'theirs', status: 'complete', captured: 0 },
    ]);
  });

  it('nothing of the machine has changed', async () => {
    expect(hostDifferences(before, await hostSnapshot())).toEqual([]);
  });

  it('when one goes, the other stays as it is and still passes', async () => {
    const record = await other.record();
    await one.destroy();
    expect(await one.record()).toBeUndefined();
    const { exitCode, stdout, stderr } = await session.cli(['verify', '--stack', other.name]);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout, stderr: '' });
    expect(stdout).toContain('pass: 9 of 9 experiments pass');
    expect((await other.record())?.handle).toEqual(record?.handle);
    expect(await other.preview()).toEqual({});
    await other.destroy();
    expect(hostDifferences(before, await hostSnapshot())).toEqual([]);
  });
});
