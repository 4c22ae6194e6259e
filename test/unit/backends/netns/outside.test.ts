// The way out of a cluster for real: made with it, or opened while it stands.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterHandle, ClusterSpec } from '../../../../infra/backends/backend.ts';
import { netnsBackend } from '../../../../infra/backends/netns/netns-backend.ts';

const op = { signal: new AbortController().signal };
const closed: ClusterSpec = {
  stack: 'outside-test',
  lab: 'outside-test',
  isolation: 'rootless',
  underlay: { cidr: '192.168.49.0/24', gateway: '192.168.49.1' },
  nodes: [{ name: 'n1', role: 'worker', address: '192.168.49.2', podCIDR: '10.244.0.0/24' }],
};
const spec: ClusterSpec = {
  ...closed,
  outside: {
    cidr: '203.0.113.0/24',
    router: { name: 'router', address: '192.168.49.1', outsideAddress: '203.0.113.1' },
    host: { name: 'internet', address: '203.0.113.2' },
  },
};
const state = process.env.CNILAB_STATE_DIR;
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'cnilab-outside-'));
  process.env.CNILAB_STATE_DIR = path.join(directory, 'state');
});
afterAll(() => {
  rmSync(directory, { recursive: true });
  process.env.CNILAB_STATE_DIR = state;
});

const ways = ['made with the cluster', 'opened while it stands', 'opened by the second try'] as const;
describe.each(ways)('a way out, %s', (how) => {
  let handle: ClusterHandle;
  const run = async (host: string, command: string) => {
    const { stdout, stderr } = await netnsBackend.connect(handle).host(host).run(['sh', '-c', command]);
    return stdout + stderr;
  };

  beforeAll(async () => {
    const first = how === 'made with the cluster' ? spec : closed;
    handle = await netnsBackend.createCluster(first, async () => undefined, op);
    if (first === spec) return;
    // The node has learnt whose address the gateway is, and it is about to be another's.
    expect(await run('n1', 'ping -c 1 -W 1 192.168.49.1')).toContain(' 1 received');
    await netnsBackend.updateCluster(handle, closed, spec, op);
    // A try that was cut off before it was on record.
    if (how === 'opened by the second try') await netnsBackend.updateCluster(handle, closed, spec, op);
  });
  afterAll(() => netnsBackend.deleteCluster(handle, op));

  it('leads from a node by one router to the outside host, and back', async () => {
    expect(await run('n1', 'ping -c 1 -W 1 203.0.113.2')).toMatch(/ttl=63 .* 1 received/s);
    expect(await run('internet', 'ping -c 1 -W 1 192.168.49.2')).toMatch(/ttl=63 .* 1 received/s);
  });

  it('is there once: the underlay, the node, the router and the host are all the namespaces there are', async () => {
    const namespaces = async () => (await run('n1', 'lsns -t net -n -r -o NS')).trim().split('\n').length;
    await expect.poll(namespaces).toBe(4);
  });

  it('has a router that forwards and knows no pods, and a host that forwards nothing', async () => {
    expect(await run('router', 'cat /proc/sys/net/ipv4/ip_forward; ip route')).toBe(
      [
        '1',
        '192.168.49.0/24 dev eth0 proto kernel scope link src 192.168.49.1 ',
        '203.0.113.0/24 dev eth1 proto kernel scope link src 203.0.113.1 ',
        '',
      ].join('\n'),
    );
    expect(await run('internet', 'hostname; cat /proc/sys/net/ipv4/ip_forward; ip route')).toBe(
      [
        'internet',
        '0',
        'default via 203.0.113.1 dev eth0 ',
        '203.0.113.0/24 dev eth0 proto kernel scope link src 203.0.113.2 ',
        '',
      ].join('\n'),
    );
  });

  it('is missed when a host of it dies', async () => {
    expect(await netnsBackend.clusterDrift(handle, spec, op)).toEqual([]);
    expect(await run('n1', 'kill -9 $(cat /lab/node-internet)')).toBe('');
    await expect.poll(() => netnsBackend.isAlive(handle)).toBe(false);
    expect(await netnsBackend.clusterDrift(handle, spec, op)).toEqual([
      { object: 'internet', what: 'the host is gone' },
    ]);
  });
});
