import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { netnsBackend } from '../../infra/backends/netns/netns-backend.ts';
import { capture } from '../../infra/observe/capture.ts';
import type { PacketPath } from '../../infra/observe/correlator.ts';
import { observePaths } from '../../infra/observe/observe-paths.ts';
import { correlate, decodeTap } from '../../infra/observe/paths.ts';
import { predictExchange } from '../../infra/predict/exchange.ts';
import type { Flow } from '../../infra/predict/flow.ts';
import { type Hop, hops } from '../../infra/predict/hop.ts';
import type { Prediction } from '../../infra/predict/predict.ts';
import { recordedLab } from '../../infra/state/stack-store.ts';
import { describeLab } from '../support/describe-lab.ts';
import { LabSession, type LabStack } from '../support/lab-session.ts';

const claims = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9', 'S10', 'S11', 'S12'];
const NODE1 = '192.168.49.2';
const INTERNET = '203.0.113.2';

describeLab('services', { claims, deleteRoute: ['node1', 'ip route del 10.244.1.0/24'] }, (lab) => {
  const port = { to: NODE1, proto: 'tcp', port: 8080 } as const;
  it.each<Flow>([
    { from: 'client-2', to: INTERNET },
    { from: 'client-2', to: '10.244.0.3' },
    { from: 'internet', to: NODE1 },
    { from: 'internet', ...port },
    { from: 'node2', ...port },
    { from: 'client-2', ...port },
    { from: 'client-1', ...port },
    { from: 'web', ...port },
    { from: 'node1', ...port },
  ])('foretells addresses, ports, MACs and TTLs at every interface: $from → $to $proto', async (flow) => {
    const record = await lab().stack.record();
    if (!record) throw new Error('the lab is not up');
    const cluster = netnsBackend.connect(record.handle);
    const command = flow.proto
      ? `timeout 3 busybox wget -q -O - http://${flow.to}:${flow.port}/cgi-bin/who`
      : `ping -n -c 1 -W 2 ${flow.to}`;
    // Whoever has to be asked for has been asked for then.
    await lab().on(flow.from, command);
    const state = await observePaths(cluster, recordedLab(record));
    const { request, reply, outcome } = predictExchange(
      { hosts: { ...state.lab.hosts, ...state.beyond } },
      flow,
    );
    expect(outcome).toBe('delivered');
    // The namespace with the underlay's bridge is nobody's to listen in.
    const seenBy = ({ host }: Hop) => host in state.lab.hosts;
    const foretold = [request, reply as Prediction].map(({ branches }) => hops(branches).filter(seenBy));
    const places = new Map(
      foretold.flat().map(({ host, interface: dev }) => [`${host} ${dev}`, { host, dev }]),
    );
    const { taps } = await capture(
      [...places].map(([name, { host, dev }]) => ({ name, host: cluster.host(host), dev })),
      'tcp or icmp',
      () => lab().on(flow.from, command),
    );
    const paths = correlate(taps.map((tap) => decodeTap(tap)));
    const kinds = flow.proto ? ['SYN', 'SYN,ACK'] : ['echo-request', 'echo-reply'];
    const seen = kinds.map((kind) =>
      paths.filter(({ packet, sightings }) => (sightings[0]?.frame.tcp?.flags ?? packet) === kind),
    );
    // Each packet is one path, whatever was made of its addresses on the way.
    expect(seen.map((ways) => ways.length)).toEqual([1, 1]);
    expect(seen.map(([way]) => asSeen(way as PacketPath))).toEqual(foretold.map(asForetold));
  });

  it('names the rules of a translation, and both ends of it', async () => {
    const { session, stack } = lab();
    const ask = ['--proto', 'tcp', '--port', '8080', '--stack', stack.name];
    const { stdout, exitCode } = await session.cli(['trace', 'internet', NODE1, ...ask]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /DNAT: destination 192\.168\.49\.2:8080 → 10\.244\.0\.2:80\n +nat: -A CNI-DN-\w+ .*--to-destination 10\.244\.0\.2:80\n/,
    );
    expect(stdout).toContain('source 10.244.0.2:80 → 192.168.49.2:8080, as connection tracking remembers it');
  });

  it('shows who gets what is for the host port when its DNAT is gone', async () => {
    const { session, stack, on } = lab();
    expect((await session.cli(['diagnose', '--stack', stack.name])).exitCode).toBe(0);
    const rule = (await on('node1', "iptables -t nat -S | grep -- '-j DNAT'")).trim();
    await on('node1', `iptables -t nat ${rule.replace('-A', '-D')}`);
    const ask = ['--proto', 'tcp', '--port', '8080', '--stack', stack.name];
    const { stdout } = await session.cli(['trace', 'internet', NODE1, ...ask]);
    await on('node1', `iptables -t nat ${rule}`);
    expect(stdout).toContain('delivered to 192.168.49.2 of node1');
  });

  it('draws the router between the nodes and the outside', async () => {
    const { session, stack } = lab();
    const { stdout } = await session.cli(['graph', '--stack', stack.name]);
    for (const line of [
      'underlay --- router__eth0',
      'outside --- router__eth1',
      'outside --- internet__eth0',
    ])
      expect(stdout).toContain(line);
    expect(stdout).not.toContain('underlay --- internet__eth0');
  });
});

/** The client's port is the kernel's choice. */
const ports = (src = 0, dst = 0) => [src, dst].map((port) => (port >= 32_768 ? 'client' : port)).join(' → ');

const asForetold = (path: readonly Hop[]) =>
  path
    .map(({ host, interface: dev, srcMac, dstMac, src, dst, ttl, ports: own }) =>
      [`${host} ${dev}`, `${srcMac} → ${dstMac}`, `${src} → ${dst}`, ports(own?.src, own?.dst), ttl].join(
        ' | ',
      ),
    )
    .toSorted();

const asSeen = ({ sightings }: PacketPath) =>
  sightings
    .map(({ tap, frame: { eth, ipv4, tcp } }) =>
      [
        tap,
        `${eth?.src} → ${eth?.dst}`,
        `${ipv4?.src} → ${ipv4?.dst}`,
        ports(tcp?.srcPort, tcp?.dstPort),
        ipv4?.ttl,
      ].join(' | '),
    )
    .toSorted();

describe('a lab like services that changes', () => {
  let session: LabSession;
  let stack: LabStack;
  let file: string;
  const source = path.resolve(import.meta.dirname, '..', '..', 'labs', 'services', 'lab.yaml');
  const whole = { ...parse(readFileSync(source, 'utf8')), experiments: [] };
  const { outside: _, ...closed } = whole.cluster;
  const write = (lab: unknown) => writeFileSync(file, stringify(lab));
  const on = async (host: string, command: string) => {
    const record = await stack.record();
    if (!record) throw new Error('the lab is not up');
    return netnsBackend.connect(record.handle).host(host).run(['sh', '-c', command]);
  };

  beforeAll(async () => {
    session = await LabSession.open();
    process.env.CNILAB_STATE_DIR = session.env.CNILAB_STATE_DIR;
    const directory = path.join(session.directory, 'services');
    mkdirSync(directory);
    file = path.join(directory, 'lab.yaml');
    write({ ...whole, cluster: closed });
    stack = await session.stack(file);
    await stack.up();
  });
  afterAll(async () => {
    await session?.close();
  });

  it('gets a way out in place, without a touch of its pods', async () => {
    const before = (await stack.outputs()).pods;
    write(whole);
    expect(await stack.preview()).toEqual({ update: 1 });
    await stack.up();
    expect((await stack.outputs()).pods).toEqual(before);
    expect((await on('client-2', `ping -c 1 -W 2 ${INTERNET}`)).stdout).toContain(' 1 received');
    expect(await stack.preview()).toEqual({});
  });

  it('loses the chains of a pod with the pod', async () => {
    const rules = async () => (await on('node1', 'iptables -t nat -S')).stdout;
    expect(await rules()).toMatch(
      /-A CNI-DN-\w+ -p tcp .*--dport 8080 -j DNAT --to-destination 10\.244\.0\.2:80/,
    );
    write({ ...whole, workloads: whole.workloads.filter(({ name }: { name: string }) => name !== 'web') });
    await stack.up();
    const left = await rules();
    expect(left).toContain('KIND-MASQ-AGENT');
    expect(left).not.toMatch(/CNI-DN-|8080|10\.244\.0\.2\b/);
    const asked = await on('internet', `timeout 2 busybox wget -q -O - http://${NODE1}:8080/`);
    expect(asked.stderr).toContain('refused');
  });

  it('is made anew when its way out goes, and says so', async () => {
    const handle = async () => (await stack.record())?.handle.id;
    const before = await handle();
    write({ ...whole, cluster: closed });
    expect((await stack.preview()).replace).toBeGreaterThan(0);
    await stack.up();
    expect(await handle()).not.toBe(before);
    await expect(on('internet', 'true')).rejects.toThrow('there is no "internet" in this lab');
  });
});
