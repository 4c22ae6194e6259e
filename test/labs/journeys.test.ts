// Journeys in a lab that is broken on purpose, before the packets are sent and while they are on their way.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { netnsBackend } from '../../infra/backends/netns/netns-backend.ts';
import type { JourneyObservation } from '../../infra/journey/observation.ts';
import { LabSession, type LabStack } from '../support/lab-session.ts';

const ROUTE = '10.42.1.0/24 via 10.42.1.0 dev flannel.1 onlink';

describe('journeys in a broken lab', () => {
  let session: LabSession;
  let stack: LabStack;

  beforeAll(async () => {
    session = await LabSession.open();
    // The backend is also used from here, on the same state.
    process.env.CNILAB_STATE_DIR = session.env.CNILAB_STATE_DIR;
    stack = await session.stack('flannel');
    await stack.up();
  });
  afterAll(async () => {
    await session?.close();
  });

  const on = async (host: string, command: string) => {
    const record = await stack.record();
    if (!record) throw new Error('the lab is not up');
    const ran = await netnsBackend.connect(record.handle).host(host).run(['sh', '-c', command]);
    expect({ command, ...ran }).toMatchObject({ exitCode: 0 });
    return ran.stdout;
  };
  const send = async (count: number) => {
    const { exitCode, stdout, stderr } = await session.cli([
      ...['trace', 'pod1', 'pod4', '--stack', stack.name],
      ...['--send', String(count), '--json'],
    ]);
    return { exitCode, stderr, observed: JSON.parse(stdout) as JourneyObservation };
  };
  /** While a ping of pod1 is under way: half a second after its first packet. */
  const midway = (host: string, command: string) =>
    on('pod1', 'until pidof ping > /dev/null; do sleep 0.05; done; sleep 0.5').then(() => on(host, command));
  const requests = ({ journeys }: JourneyObservation) =>
    journeys.filter(({ packet }) => packet === 'echo-request');

  it('a route that is gone: foretold, seen, and CNI is the one at odds', async () => {
    await on('k3s-server', `ip route del ${ROUTE}`);
    const { exitCode, observed } = await send(1);
    await on('k3s-server', `ip route add ${ROUTE}`);
    expect(exitCode).toBe(1);
    expect(requests(observed)).toMatchObject([{ asPredicted: true, lastSeen: 'k3s-server/eth0' }]);
    expect(observed.evidence).toMatchObject({ disagrees: 'cni', packets: { reaches: false } });
    expect(observed.evidence.kernel.words).toMatch(/no-route/);
  });

  it('a route that goes while packets are under way: some are as predicted, some are not, and where is said', async () => {
    const [{ exitCode, observed }] = await Promise.all([
      send(12),
      midway('k3s-server', `ip route del ${ROUTE}`),
    ]);
    await on('k3s-server', `ip route add ${ROUTE}`);
    expect(exitCode).toBe(1);
    const found = requests(observed);
    expect(new Set(found.map(({ asPredicted }) => asPredicted))).toEqual(new Set([true, false]));
    const differences = observed.packets.flatMap((packet) => packet.differences);
    expect(differences).toContain('k3s-server/flannel.1: predicted, not seen');
    const last = observed.packets.filter(({ packet, seq }) => packet === 'echo-request' && seq === 12);
    expect(last).toMatchObject([{ asPredicted: false, lastSeen: 'k3s-server/eth0' }]);
  });

  it('something that cannot be foretold: inconclusive, and what was seen is told all the same', async () => {
    const two = 'nexthop via 192.168.56.3 dev eth0 nexthop via 10.42.1.0 dev flannel.1 onlink';
    await on('k3s-server', `ip route replace 10.42.1.0/24 ${two}`);
    const { exitCode, stderr, observed } = await send(1);
    await on('k3s-server', `ip route replace ${ROUTE}`);
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/^inconclusive: the way cannot be foretold: .*next hops/m);
    expect(requests(observed)[0]).toMatchObject({ asPredicted: null });
  });

  it('when all is mended, every packet is as predicted again', async () => {
    const { exitCode, observed } = await send(2);
    expect({ exitCode, journeys: observed.journeys.map(({ asPredicted }) => asPredicted) }).toEqual({
      exitCode: 0,
      journeys: observed.journeys.map(() => true),
    });
  });

  it('an interface that is deleted while it is listened at: inconclusive, with the tap and the reason', async () => {
    const [{ exitCode, stderr, observed }] = await Promise.all([
      send(12),
      midway('k3s-server', 'ip link del flannel.1'),
    ]);
    expect(stderr).toMatch(/^inconclusive: .*tap k3s-server\/flannel\.1: /m);
    expect(exitCode).not.toBe(0);
    expect(observed.packets.length).toBeGreaterThan(12);
  });
});
