// The runtime with the real plugins, in a network namespace of its own: what is there after ADD, and that DEL leaves nothing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resultFacts } from '../../../infra/cni/add-result.ts';
import { pickNetwork } from '../../../infra/cni/config-dir.ts';
import type { CniError } from '../../../infra/cni/error.ts';
import { type PrivateHost, privateHost } from '../../support/private-host.ts';
import { attachmentOf, kindnet, listOf, runtimeOn, verbs } from './fixtures.ts';

let node: PrivateHost;
beforeAll(async () => {
  node = await privateHost('node-1');
});
afterAll(() => node?.close());

async function sh(script: string): Promise<string> {
  const { stdout } = await node.host.run(['sh', '-c', script]);
  return stdout.trim();
}

/** Whatever a plugin or the runtime could have left: veths, bridges, leases, NAT rules, records. */
async function leftovers(): Promise<string> {
  return sh(`ip -br link | grep -v '^lo '; ls /run/cni-ipam-state/*/10.* /var/lib/cni/networks/*/10.* 2>/dev/null
    iptables-save -t nat | grep -E -- '-d 10.244|CNI-DN-|-A CNI-[0-9a-f]{8}'; find /var/lib/cni/results /var/lib/cni/intents -type f`);
}

const portMappings = [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }];

describe.each(['0.3.1', '0.4.0', '1.0.0'])('ptp + portmap, cniVersion %s', (cniVersion) => {
  const list = kindnet(cniVersion);

  test('ADD wires the pod and is on record; DEL leaves nothing', async () => {
    const netns = await node.makeNetns();
    const { runtime, calls } = runtimeOn(node);
    const attachment = attachmentOf(netns.path, {
      args: { K8S_POD_NAME: 'pod-1', IP: '10.244.0.7' },
      capabilityArgs: { portMappings },
    });
    const result = await runtime.add(list, attachment);

    const { address, hostVeth, mac } = resultFacts(result, 'eth0');
    expect(address).toBe('10.244.0.7');
    const inPod = `nsenter -t ${netns.pid} -n`;
    expect(await sh(`${inPod} ip -br -4 addr show eth0 | awk '{print $3}'`)).toBe('10.244.0.7/24');
    expect(await sh(`${inPod} cat /proc/net/dev | grep -c eth0`)).toBe('1');
    expect(await sh(`${inPod} ip link show eth0`)).toContain(mac);
    expect(await sh(`ip route`)).toBe(`10.244.0.7 dev ${hostVeth} scope host`);
    expect(await sh('cat /run/cni-ipam-state/kindnet/10.244.0.7')).toContain(attachment.containerId);
    expect(await sh('iptables-save -t nat')).toMatch(
      /--dport 8080 -j DNAT --to-destination 10\.244\.0\.7:80/,
    );
    const cache = `/var/lib/cni/results/kindnet-${attachment.containerId}-eth0`;
    expect(JSON.parse((await node.host.read(cache))?.toString() ?? '')).toMatchObject({
      kind: 'cniCacheV1',
      networkName: 'kindnet',
      cniArgs: [
        ['IgnoreUnknown', '1'],
        ['K8S_POD_NAME', 'pod-1'],
        ['IP', '10.244.0.7'],
      ],
      capabilityArgs: { portMappings },
      result: result.raw,
    });
    expect(await sh(`stat -c '%a %n' ${cache} /var/lib/cni/results`)).toBe(
      `600 ${cache}\n700 /var/lib/cni/results`,
    );
    expect(await sh('ls -A /var/lib/cni/intents')).toBe('');

    await runtime.del(undefined, attachment);
    expect(await leftovers()).toBe('');
    expect(verbs(calls)).toEqual(['ADD ptp', 'ADD portmap', 'DEL portmap', 'DEL ptp']);
    const [add] = calls;
    expect(Object.keys(add?.env ?? {}).sort()).toEqual(
      ['CNI_ARGS', 'CNI_COMMAND', 'CNI_CONTAINERID', 'CNI_IFNAME', 'CNI_NETNS', 'CNI_PATH', 'PATH'].sort(),
    );
    expect(add?.path).toMatch(/\/ptp$/);
    expect(add?.durationNs).toBeGreaterThan(0n);
    const prevResults = calls.map(({ stdin }) => 'prevResult' in JSON.parse(stdin));
    expect(prevResults).toEqual([false, true, cniVersion !== '0.3.1', cniVersion !== '0.3.1']);
  });

  test('CHECK sees a flushed address where the version has CHECK, and says so where it has not', async () => {
    const netns = await node.makeNetns();
    const { runtime, calls } = runtimeOn(node);
    const attachment = attachmentOf(netns.path);
    await runtime.add(list, attachment);
    const skipped = await runtime.check(attachment);
    await sh(`nsenter -t ${netns.pid} -n ip addr flush dev eth0`);
    const after = await runtime.check(attachment).catch((error: CniError) => error);
    if (cniVersion === '0.3.1') {
      expect(skipped).toBe('CHECK needs cniVersion 0.4.0, and network kindnet is 0.3.1');
      expect(after).toBe(skipped);
      expect(verbs(calls)).not.toContain('CHECK ptp');
    } else {
      expect(skipped).toBeUndefined();
      expect(after).toMatchObject({ name: 'CniError', command: 'CHECK', plugin: 'ptp', reason: 'plugin' });
    }
    await runtime.del(undefined, attachment);
    expect(await leftovers()).toBe('');
  });
});

test('many pods: loopback and eth0 in one batch, parallel, one record file while it runs, none afterwards', async () => {
  const { loopback } = pickNetwork([]);
  const list = kindnet('0.3.1');
  const { runtime, calls } = runtimeOn(node);
  const pods = await Promise.all(Array.from({ length: 6 }, () => node.makeNetns()));
  const requests = pods.flatMap(({ path }, i) => [
    { list: loopback, attachment: attachmentOf(path, { containerId: `pod${i}`, ifName: 'lo' }) },
    { list, attachment: attachmentOf(path, { containerId: `pod${i}` }) },
  ]);
  const outcomes = await runtime.addBatch(requests);
  expect(outcomes.map(({ ok }) => ok)).toEqual(requests.map(() => true));
  expect(outcomes.map(({ attachment }) => attachment)).toEqual(requests.map(({ attachment }) => attachment));
  const addresses = outcomes.flatMap((o) =>
    o.ok && o.attachment.ifName === 'eth0' ? resultFacts(o.result, 'eth0').address : [],
  );
  expect(new Set(addresses).size).toBe(6);
  for (const { pid } of pods) {
    expect(await sh(`nsenter -t ${pid} -n ip -br addr show lo`)).toContain('127.0.0.1/8');
  }
  expect((await runtime.known()).length).toBe(12);

  // Another runtime, as after a crash of this process: all it knows is on the node.
  const later = runtimeOn(node);
  const gone = await later.runtime.delAll(
    undefined,
    requests.map(({ attachment }) => attachment),
  );
  expect(gone.flatMap(({ errors }) => errors)).toEqual([]);
  expect(await leftovers()).toBe('');
  expect(calls.length).toBe(18);
  expect(later.calls.length).toBe(18);
  const ofPod = verbs(later.calls.filter(({ containerId }) => containerId === 'pod3'));
  expect(ofPod).toEqual(['DEL portmap', 'DEL ptp', 'DEL loopback']);
});

test('bridge: the result names the bridge and the veth that is its port', async () => {
  const ipam = { type: 'host-local', ranges: [[{ subnet: '10.42.0.0/24' }]] };
  const list = listOf([
    { type: 'bridge', bridge: 'cni0', isDefaultGateway: true, ipam },
    { type: 'bandwidth', capabilities: { bandwidth: true } },
  ]);
  const { runtime } = runtimeOn(node);
  const { path } = await node.makeNetns();
  const bandwidth = { ingressRate: 8e6, ingressBurst: 1e6, egressRate: 8e6, egressBurst: 1e6 };
  const attachment = attachmentOf(path, { capabilityArgs: { bandwidth } });
  const { bridge, hostVeth } = resultFacts(await runtime.add(list, attachment), 'eth0');
  expect(bridge).toBe('cni0');
  expect(await sh(`ip link show ${hostVeth}`)).toContain('master cni0');
  expect(await sh(`tc qdisc show dev ${hostVeth}`)).toContain('tbf');
  expect(await runtime.check(attachment)).toBeUndefined();
  await runtime.del(undefined, attachment);
  await sh('ip link del cni0');
  expect(await leftovers()).toBe('');
});

test('a second plugin that fails: every plugin gets its DEL, in reverse, and nothing is left', async () => {
  const [ptp, portmap] = kindnet('1.0.0').plugins;
  const error = { code: 107, msg: 'no chance', details: 'the moon' };
  const list = listOf([ptp ?? {}, { type: 'stand-in-error', failOn: 'ADD', error }, portmap ?? {}]);
  const { runtime, calls } = runtimeOn(node);
  const { path } = await node.makeNetns();
  const failure: CniError = await runtime.add(list, attachmentOf(path)).catch((e) => e);
  expect(failure.message).toMatchInlineSnapshot(`
    "CNI ADD by plugin stand-in-error for pod-1 (eth0) of network testnet on node-1: no chance (code 107: the plugin’s own code)
      details: the moon
      stderr: a line of log"
  `);
  expect(failure).toMatchObject({
    code: 107,
    msg: 'no chance',
    details: 'the moon',
    plugin: 'stand-in-error',
    callIndex: 1,
    cleanup: [],
  });
  expect(verbs(calls)).toEqual([
    'ADD ptp',
    'ADD stand-in-error',
    'DEL portmap',
    'DEL stand-in-error',
    'DEL ptp',
  ]);
  expect(await leftovers()).toBe('');
});

test('two ADDs of one interface: the second is refused and the first stays', async () => {
  const { runtime, calls } = runtimeOn(node);
  const { path } = await node.makeNetns();
  const attachment = attachmentOf(path);
  await runtime.add(kindnet('0.4.0'), attachment);
  await expect(runtime.add(kindnet('0.4.0'), attachment)).rejects.toThrow(
    /attached to network kindnet already\n.*DEL must come/,
  );
  const ipam = { type: 'host-local', ranges: [[{ subnet: '10.9.1.0/24' }]] };
  const other = listOf([{ type: 'ptp', ipam }]);
  const eth1 = attachmentOf(path, { ifName: 'eth1' });
  const twice = await runtime.addAll(other, [eth1, { ...eth1 }]);
  expect(twice.map((o) => !o.ok && o.error.msg)).toEqual(Array(2).fill('is asked for twice at once'));
  const [added] = await runtime.addAll(other, [eth1]);
  expect(added?.ok).toBe(true);
  expect(await sh(`ip -br link | grep -c veth`)).toBe('2');
  await runtime.delAll(undefined, [attachment, eth1]);
  expect(calls.filter(({ command }) => command === 'ADD').length).toBe(3);
  expect(await leftovers()).toBe('');
});

test('no addresses left: the message says so and what to do', async () => {
  const ipam = { type: 'host-local', ranges: [[{ subnet: '10.9.0.0/30' }]] };
  const list = listOf([{ type: 'ptp', ipam }], { name: 'tiny' });
  const { runtime } = runtimeOn(node);
  const { path } = await node.makeNetns();
  const other = { containerId: 'one-too-many' };
  const [first, full] = [attachmentOf(path), attachmentOf((await node.makeNetns()).path, other)];
  await runtime.add(list, first);
  await expect(runtime.add(list, full)).rejects.toThrowErrorMatchingInlineSnapshot(`
    [CniError: CNI ADD by plugin ptp for pod-1 (eth0) of network tiny on node-1: failed to allocate for range 0: no IP addresses available in range set: 10.9.0.1-10.9.0.2 (code 999: internal error)
      Every address of the range is leased. Remove pods, widen the subnet, or look for leases of pods that are gone in the ipam dataDir (default /var/lib/cni/networks/tiny).]
  `);
  await runtime.del(undefined, first);
  expect(await leftovers()).toBe('');
});

test('plugins older than the list: the message names both versions', async () => {
  const list = kindnet('1.1.0');
  const { runtime } = runtimeOn(node, { binDirs: ['/usr/lib/cni'] });
  const { path } = await node.makeNetns();
  const outcome = await runtime.add(list, attachmentOf(path)).catch((error: CniError) => error);
  // Newer plugins know 1.1.0.
  if ('msg' in outcome) {
    expect(outcome.code).toBe(1);
    expect(outcome.message).toContain(
      'Set the cniVersion of network kindnet to one that every plugin of the list knows',
    );
  }
  await runtime.del(list, attachmentOf(path), { bestEffort: true }).catch(() => undefined);
});
