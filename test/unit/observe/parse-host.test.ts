import { describe, expect, test } from 'vitest';
import { parseHostSections } from '../../../infra/observe/parse-host.ts';
import { ObserveError } from '../../../infra/observe/sections.ts';
import { pickFirst, recorded, text } from './fixtures.ts';

const node = recorded('kindnet-minikube-m02', 'node');
const pod = recorded('kindnet-pod-2', 'pod');
const flannel = recorded('flannel-node-1', 'node');

describe('a Kindnet node', () => {
  test('has an address on every host veth, all of them the gateway as /32', () => {
    const addresses = node.addresses.filter((a) => a.dev.startsWith('veth') && a.family === 'inet');
    expect(addresses.map(({ address, prefix, scope }) => ({ address, prefix, scope }))).toEqual([
      { address: '10.244.1.1', prefix: 32, scope: 'global' },
      { address: '10.244.1.1', prefix: 32, scope: 'global' },
    ]);
  });

  test('routes its pods by their veth and the other node by its address; table local is left out', () => {
    const routes = node.routes.filter((r) => r.family === 'inet');
    const veth = (i: number) => routes[i]?.dev;
    expect(routes.map(({ family, table, type, onlink, protocol, ...shown }) => shown)).toEqual([
      { dst: '10.244.0.0/24', via: '192.168.49.2', dev: 'eth0', scope: 'global' },
      { dst: '10.244.1.2', dev: veth(1), scope: 'host' },
      { dst: '10.244.1.3', dev: veth(2), scope: 'host' },
      { dst: '192.168.49.0/24', dev: 'eth0', src: '192.168.49.3', scope: 'link' },
    ]);
    expect(veth(1)).toMatch(/^veth[0-9a-f]{8}$/);
    expect(new Set(node.routes.map((r) => r.table))).toEqual(new Set(['main']));
  });

  test('shows its rules once, as iptables-save prints them, and native nftables beside them', () => {
    const rules = node.netfilter.map((r) => `${r.family} ${r.table} ${r.chain}: ${r.rule}`);
    expect(rules).toContain('ip nat POSTROUTING: -P POSTROUTING ACCEPT');
    expect(rules).toContain(
      'ip nat POSTROUTING: -A POSTROUTING -m addrtype ! --dst-type LOCAL -j KIND-MASQ-AGENT',
    );
    expect(rules.filter((r) => r.includes('KIND-MASQ-AGENT'))).toHaveLength(4);
    expect(rules).toContain('inet cnilab_t c: type filter hook forward priority filter; policy accept;');
    expect(rules).toContain('inet cnilab_t set s: elements = { 1.2.3.4 }');
  });

  test('has leases, cache entries, sysctls and every file of its CNI directory, the empty one too', () => {
    expect(node.leases).toEqual([
      {
        network: 'kindnet',
        address: '10.244.1.2',
        containerId: 'idb',
        ifName: 'eth0',
        path: '/run/cni-ipam-state/kindnet/10.244.1.2',
      },
      {
        network: 'kindnet',
        address: '10.244.1.3',
        containerId: 'idd',
        ifName: 'eth0',
        path: '/run/cni-ipam-state/kindnet/10.244.1.3',
      },
    ]);
    expect(node.cniCache).toEqual(['kindnet-idb-eth0', 'kindnet-idd-eth0']);
    expect(node.sysctls).toContainEqual({ name: 'net.ipv4.ip_forward', value: '1' });
    expect(node.cniConfig.map((row) => [row.file, row.picked])).toEqual([
      ['10-kindnet.conflist', true],
      ['100-crio-bridge.conf.mk_disabled', false],
      ['200-loopback.conf', false],
      ['87-podman-bridge.conflist.mk_disabled', false],
    ]);
    expect(node.cniConfig[0]?.content).toMatchObject({ name: 'kindnet', plugins: [{ mtu: 1500 }, {}] });
    expect(node.cniConfig[3]?.content).toBeUndefined();
  });

  test('names the maker of every interface', () => {
    const makers = node.interfaces.map((i) => [i.name.replace(/^veth.*/, 'veth'), i.creator]);
    expect(makers).toEqual([
      ['lo', 'kernel'],
      ['eth0', 'underlay'],
      ['veth', 'ptp plugin'],
      ['veth', 'ptp plugin'],
    ]);
  });
});

describe('a Kindnet pod', () => {
  test('has lo and eth0, and the article’s routes in their order', () => {
    expect(pod.interfaces.map((i) => [i.name, i.kind, i.creator])).toEqual([
      ['lo', 'loopback', 'loopback plugin'],
      ['eth0', 'veth', 'ptp plugin'],
    ]);
    const routes = pod.routes.filter((r) => r.family === 'inet');
    expect(routes.map(({ dst, via, src, scope }) => ({ dst, via, src, scope }))).toEqual([
      { dst: 'default', via: '10.244.1.1', src: undefined, scope: 'global' },
      { dst: '10.244.1.0/24', via: '10.244.1.1', src: '10.244.1.2', scope: 'global' },
      { dst: '10.244.1.1', via: undefined, src: '10.244.1.2', scope: 'link' },
    ]);
  });

  test('has none of the tables of a node', () => {
    expect([pod.netfilter, pod.cniConfig, pod.leases]).toEqual([[], [], []]);
  });
});

describe('a Flannel node', () => {
  test('names the makers: bridge, flannel and bandwidth', () => {
    const makers = flannel.interfaces.map((i) => [i.name.replace(/^(veth|bwp).*/, '$1'), i.kind, i.creator]);
    expect(makers).toContainEqual(['cni0', 'bridge', 'bridge plugin']);
    expect(makers).toContainEqual(['flannel.1', 'vxlan', 'flannel']);
    expect(makers).toContainEqual(['veth', 'veth', 'bridge plugin']);
    expect(makers).toContainEqual(['bwp', 'ifb', 'bandwidth plugin']);
  });

  test('shows the VXLAN device and its ports in detail', () => {
    const vxlan = flannel.interfaces.find((i) => i.name === 'flannel.1');
    expect(vxlan).toMatchObject({
      mtu: 1450,
      details: { id: 1, port: 8472, local: '192.168.49.2', learning: false, dev: 'eth0' },
    });
    const port = flannel.interfaces.find((i) => i.master === 'cni0');
    expect(port?.details).toMatchObject({ hairpin: true, learning: true, flood: true });
  });

  test('limits the annotated pod in bits per second', () => {
    const limits = flannel.qdiscs.filter((q) => q.kind === 'tbf');
    expect(limits.map((q) => [q.dev.replace(/\d.*|(?<=bwp).*/, ''), q.rateBps, q.burstBytes])).toEqual([
      ['veth', 10_000_000, 250_000],
      ['bwp', 20_000_000, 250_000],
    ]);
  });

  test('routes the other node’s pods onlink over flannel.1, with a permanent neighbour and a VTEP', () => {
    expect(flannel.routes).toContainEqual(
      expect.objectContaining({ dst: '10.42.1.0/24', via: '10.42.1.0', dev: 'flannel.1', onlink: true }),
    );
    expect(flannel.neighbours).toContainEqual({
      dst: '10.42.1.0',
      family: 'inet',
      dev: 'flannel.1',
      mac: '0e:00:00:00:00:02',
      state: 'PERMANENT',
    });
    const entry = flannel.fdb.find((e) => e.dev === 'flannel.1');
    expect(entry).toMatchObject({ dst: '192.168.49.3', flags: ['permanent', 'self'], learned: false });
    expect(entry?.meaning).toBe(
      'frames for 0e:00:00:00:00:02 are sent in VXLAN to the VTEP 192.168.49.3; put there by flannel or by hand',
    );
  });
});

describe('outputs that are not what they should be', () => {
  const out = text('kindnet-pod-2.out.txt');
  const parse = (stdout: string, stderr = '') =>
    parseHostSections(stdout, stderr, { role: 'pod', pickNetwork: pickFirst });
  const replaced = (section: string, body: string, code: number) =>
    out.replace(
      new RegExp(`(begin ${section}\n)[^]*?\n(@@cnilab-recorded end ${section}) 0`),
      `$1${body}\n$2 ${code}`,
    );

  test('a tool that is missing is named, with its own words', () => {
    const stderr = '@@cnilab-recorded begin ip\nsh: 9: ip: not found\n@@cnilab-recorded begin fdb\n';
    expect(() => parse(replaced('ip', '', 127), stderr)).toThrowErrorMatchingInlineSnapshot(
      `[ObserveError: ip -j -d -batch - ended with 127: sh: 9: ip: not found; iproute2 5.0 or later is needed (not busybox)]`,
    );
  });
  test('an ip without JSON is told from one that has it', () => {
    expect(() =>
      parse(replaced('ip', '1: lo: <LOOPBACK,UP>\n2: eth0\n3: x\n4: y', 0)),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ObserveError: ip -j -d addr show did not print JSON but: 1: lo: <LOOPBACK,UP>]`,
    );
  });
  test('fewer documents than commands are noticed', () => {
    expect(() => parse(replaced('ip', '[]\n[]', 0))).toThrowErrorMatchingInlineSnapshot(
      `[ObserveError: ip -j -d -batch - printed 2 documents for 4 commands; iproute2 5.0 or later is needed (not busybox)]`,
    );
  });
  test('JSON of another shape names the place', () => {
    expect(() => parse(replaced('fdb', '[{"mac":7,"ifname":"eth0"}]', 0))).toThrowErrorMatchingInlineSnapshot(
      `[ObserveError: bridge -j fdb show printed JSON of another shape: at 0.mac: Invalid input: expected string, received number]`,
    );
  });
  test('an output that was cut off is not half a snapshot', () => {
    expect(() => parse(out.slice(0, 3000))).toThrow(ObserveError);
  });
  test('a shell that is not there is told as it said it', () => {
    expect(() => parse('', 'exec: "sh": not found')).toThrowErrorMatchingInlineSnapshot(
      `[ObserveError: the observe script did not run: it printed exec: "sh": not found]`,
    );
  });
  test('a netns whose last process ended while lsns looked has no id', () => {
    const asked = (netnsid: string | null) =>
      text('kindnet-minikube.out.txt').replace(
        /(begin netnsids\n)[\s\S]*?\n(@@cnilab-recorded end netnsids)/,
        `$1${JSON.stringify({ namespaces: [{ ns: 4026532189, netnsid }] })}\n$2`,
      );
    const read = (netnsid: string | null) =>
      parseHostSections(asked(netnsid), '', { role: 'node', pickNetwork: pickFirst }).netnsids;
    expect([read('3'), read('unassigned'), read(null)]).toEqual([
      [{ netnsid: 3, netns: 'net:[4026532189]' }],
      [],
      [],
    ]);
  });
  test('tools that print nothing for an empty table are fine', () => {
    expect(parse(replaced('fdb', '', 0)).fdb).toEqual([]);
  });
});
