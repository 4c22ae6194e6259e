// K3s on this machine, from a refusal to nothing left: against stand-ins of the installer, systemd and K3s (nothing of K3s is real here).
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClusterSpec } from '../../../../infra/backends/backend.ts';
import { makeK3sTool } from '../../../../infra/backends/k3s/k3s-tool.ts';
import type { ClusterTool } from '../../../../infra/backends/kubernetes/cluster-tool.ts';
import { exec } from '../../../../infra/util/exec.ts';
import {
  STAND_IN_BINARY,
  STAND_IN_INSTALLER,
  type StandInMachine,
  standInMachine,
} from '../../../support/stand-in-k3s-machine.ts';

const node = {
  name: 'k3s-server',
  role: 'control-plane',
  address: '192.168.56.2',
  podCIDR: '10.42.0.0/24',
} as const;
const settings = { allowHostChanges: 'true', installer: STAND_IN_INSTALLER };
const spec: ClusterSpec & { network: object } = {
  stack: 'blue',
  lab: 'flannel',
  isolation: 'auto',
  underlay: { cidr: '192.168.56.0/24', gateway: '192.168.56.1' },
  nodes: [node],
  settings,
  network: { type: 'flannel', podCIDR: '10.42.0.0/16', vni: 1, port: 8472 },
};
const op = { signal: new AbortController().signal };
const MARK = 'etc/rancher/cnilab-k3s';
const CONFIG = 'etc/rancher/k3s/config.yaml.d/50-cnilab.yaml';
const UNIT = 'etc/systemd/system/k3s.service';

let machine: StandInMachine;
let tool: ClusterTool;
let directory: string;
let kubeconfig: string;
beforeEach(() => {
  machine = standInMachine();
  tool = makeK3sTool({ root: machine.root, env: machine.env, asRoot: [] });
  directory = mkdtempSync(path.join(tmpdir(), 'cnilab-test-files-'));
  kubeconfig = path.join(directory, 'kubeconfig');
});
afterEach(() => {
  machine.close();
  rmSync(directory, { recursive: true, force: true });
});
const facts = () => tool.plan(spec, 'c1');
const create = (change: Partial<ClusterSpec> = {}) =>
  tool.create({ ...spec, ...change }, facts(), kubeconfig, op);
const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: Error) => error.message,
  );
const read = (file: string) => readFileSync(path.join(machine.root, file), 'utf8');
const state = (name: string) => readFileSync(path.join(machine.env.STAND_IN_STATE ?? '', name), 'utf8');

describe('when it may', () => {
  test('installs, verifies, brings the kubeconfig and, at the end, leaves nothing', async () => {
    expect(await tool.probe(settings)).toBeUndefined();
    const told: string[] = [];
    const nodes = await tool.create(spec, facts(), kubeconfig, {
      ...op,
      progress: (line) => told.push(line),
    });
    expect(nodes).toEqual([{ lab: 'k3s-server', real: 'k3s-server' }]);
    expect(read(CONFIG)).toMatchInlineSnapshot(`
      "# cnilab c1
      node-name: k3s-server
      flannel-backend: vxlan
      cluster-cidr: 10.42.0.0/16
      service-cidr: 10.43.0.0/16
      disable-network-policy: true
      disable:
        - coredns
        - local-storage
        - metrics-server
        - servicelb
        - traefik
      "
    `);
    expect(machine.mode(CONFIG)).toBe(0o600);
    expect(state('installer-env').replaceAll(machine.root, '')).toBe(
      'INSTALL_K3S_BIN_DIR=/usr/local/bin\nINSTALL_K3S_EXEC=server\nINSTALL_K3S_SKIP_DOWNLOAD=\n' +
        'INSTALL_K3S_SKIP_SELINUX_RPM=\nINSTALL_K3S_SYSTEMD_DIR=/etc/systemd/system\nINSTALL_K3S_VERSION=\n',
    );
    expect(told[0]).toMatch(/^K3s changes this machine:\n {2}- a service k3s/);
    expect(told.at(-1)).toBe('k3s version v1.34.4+k3s1 (0000000) runs');
    expect(readFileSync(kubeconfig, 'utf8')).toContain('server: https://127.0.0.1:6443');
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
    expect(await tool.state(facts(), op)).toBe('running');
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files()).toEqual([]);
    expect(await tool.state(facts(), op)).toBe('gone');
    await tool.delete(facts(), op, kubeconfig);
  });

  test('air-gapped: binary and images given, nothing downloaded', async () => {
    const images = path.join(directory, 'k3s-airgap-images-amd64.tar.zst');
    writeFileSync(images, 'images');
    machine.tell('fail-download');
    await create({ settings: { ...settings, binary: STAND_IN_BINARY, images } });
    expect(read('var/lib/rancher/k3s/agent/images/k3s-airgap-images-amd64.tar.zst')).toBe('images');
    expect(state('installer-env')).toContain(
      'INSTALL_K3S_SKIP_DOWNLOAD=true\nINSTALL_K3S_SKIP_SELINUX_RPM=true',
    );
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files()).toEqual([]);
  });

  test('of the lab’s network nothing is left, and what somebody else put beside it is', async () => {
    await create();
    machine.put('run/cni-ipam-state/kindnet/10.244.0.2', 'of a pod that was never detached');
    machine.put('etc/cni/net.d/10-kindnet.conflist', '{}');
    machine.put('sys/class/net/bwpb15615c2e77b', 'ifb');
    machine.put('var/lib/cnilab/copied-plugins', 'ptp\nportmap\n');
    for (const plugin of ['ptp', 'portmap', 'theirs']) machine.put(`opt/cni/bin/${plugin}`, plugin);
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files()).toEqual(['opt/cni/bin/theirs']);
  });

  test('plugins of this machine’s own are put back where the recorder still stands before them', async () => {
    const recorder = readFileSync(
      new URL('../../../../infra/backends/kubernetes/network/scripts/record-call.pl', import.meta.url),
      'utf8',
    );
    await create();
    machine.put('var/lib/cnilab/copied-plugins', 'ptp\n');
    for (const plugin of ['bridge', 'linked', 'ptp', 'tuning']) {
      machine.put(`opt/cni/bin/${plugin}`, plugin === 'tuning' ? 'installed since' : recorder);
      machine.put(`var/lib/cnilab/cni-bin/${plugin}`, plugin);
    }
    mkdirSync(path.join(machine.root, 'var/lib/cnilab/cni-links'));
    symlinkSync('bridge', path.join(machine.root, 'var/lib/cnilab/cni-links/linked'));
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files().map((file) => [file, read(file)])).toEqual([
      ['opt/cni/bin/bridge', 'bridge'],
      ['opt/cni/bin/linked', 'bridge'],
      ['opt/cni/bin/tuning', 'installed since'],
    ]);
    expect(readlinkSync(path.join(machine.root, 'opt/cni/bin/linked'))).toBe('bridge');
  });

  test('a version is passed on', async () => {
    await create({ settings: { ...settings, version: 'v1.33.1+k3s1' } });
    expect(state('installer-env')).toContain('INSTALL_K3S_VERSION=v1.33.1+k3s1\n');
  });

  test('a service that was stopped, and one that was uninstalled by hand', async () => {
    await create();
    machine.untell('running-k3s');
    expect(await tool.state(facts(), op)).toBe('stopped');
    await exec([path.join(machine.root, 'usr/local/bin/k3s-uninstall.sh')], { env: machine.env });
    expect(await tool.state(facts(), op)).toBe('gone');
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files()).toEqual([]);
  });

  test('what an earlier K3s left in /etc/rancher/node stays', async () => {
    machine.put('etc/rancher/node/password', 'theirs');
    await create();
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files()).toEqual(['etc/rancher/node/password']);
  });

  test('its commands are this machine’s', async () => {
    const access = tool.access(facts(), settings, { lab: 'l', kubeconfig, nodes: () => [] });
    const { stdout } = await exec(access.enter('k3s-server', ['echo', 'in']).argv);
    expect(stdout).toBe('in\n');
    const asked = makeK3sTool({ asRoot: ['sudo', '-n', '--'] }).access(facts(), settings, {
      lab: 'l',
      kubeconfig,
      nodes: () => [],
    });
    expect(asked.enter('k3s-server', ['id']).argv).toEqual(['sudo', '-n', '--', 'id']);
  });
});

describe('when it may not, nothing of the machine changes', () => {
  const refusal = async (given: Record<string, string> = settings) => {
    const before = machine.files();
    const problem = await tool.probe(given);
    expect(machine.files()).toEqual(before);
    return problem;
  };

  test('without a word from the user: says what would change, and how to allow it', async () => {
    const { reason = '', fix } = (await refusal({})) ?? {};
    expect(reason).toMatch(
      /^the k3s backend installs K3s on this machine itself, which changes it:\n {2}- a service/,
    );
    for (const word of [
      'iptables',
      'cni0',
      '6443/tcp',
      '/var/lib/rancher',
      'br_netfilter',
      'until the next boot',
    ])
      expect(reason).toContain(word);
    expect(fix).toContain('up with --set allowHostChanges=true');
  });

  test.each([
    ['its service', 'etc/systemd/system/k3s.service'],
    ['an agent’s', 'etc/systemd/system/k3s-agent.service'],
    ['a package’s', 'usr/lib/systemd/system/k3s.service'],
    ['OpenRC’s', 'etc/init.d/k3s'],
    ['its binary', 'usr/local/bin/k3s'],
    ['its data', 'var/lib/rancher/k3s/server/token'],
    ['its configuration', 'etc/rancher/k3s/config.yaml'],
  ])('K3s of somebody else, seen by %s', async (_, file) => {
    machine.put(file, 'theirs');
    const { reason, fix } = (await refusal()) ?? {};
    expect(reason).toMatch(/^this machine: K3s is installed on this machine already, and not by this lab: /);
    expect(fix).toContain('it is left as it is');
    expect(await messageOf(create())).toContain('K3s is installed on this machine already');
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files()).toEqual([file]);
  });

  test.each([
    ['a kubelet', 'var/lib/kubelet/config.yaml', /\/var\/lib\/kubelet/],
    ['CNI state', 'var/lib/cni/networks/podman/10.88.0.2', /\/var\/lib\/cni/],
    ['kubeadm', 'etc/kubernetes/admin.conf', /\/etc\/kubernetes/],
    ['a network of CNI', 'etc/cni/net.d/87-podman.conflist', /\/etc\/cni\/net\.d/],
    ['a bridge of flannel', 'sys/class/net/cni0', /cni0/],
  ])('%s of somebody else, which uninstalling would take along', async (_, file, named) => {
    machine.put(file);
    const { reason } = (await refusal()) ?? {};
    expect(reason).toMatch(/another Kubernetes or CNI is on this machine/);
    expect(reason).toMatch(named);
  });

  test('a link kubectl of somebody else', async () => {
    symlinkSync('/opt/theirs/kubectl', path.join(machine.root, 'usr/local/bin/kubectl'));
    expect((await refusal())?.reason).toContain('/usr/local/bin/kubectl');
  });

  test('rules that uninstalling would take along', async () => {
    machine.tell('rules', '*nat\n-A POSTROUTING -m comment --comment x -j CNI-0123\nCOMMIT\n');
    expect((await refusal())?.reason).toContain('iptables-rules');
    machine.tell('rules', '*nat\n:KUBE-MARK-DROP - [0:0]\n-A POSTROUTING -o eth0 -j MASQUERADE\nCOMMIT\n');
    expect(await refusal()).toBeUndefined();
  });

  test.each([
    ['tcp', '   0: 00000000:192B 00000000:0000 0A 00000000:00000000', '6443/tcp'],
    [
      'tcp6',
      '   3: 00000000000000000000000000000000:280A 00000000000000000000000000000000:0000 0A 00000000:00000000',
      '10250/tcp',
    ],
    ['udp', '  77: 00000000:2118 00000000:0000 07 00000000:00000000', '8472/udp'],
  ])('a port in use (%s)', async (table, line, port) => {
    machine.put(`proc/net/${table}`, `  sl  local_address\n${line}\n`);
    expect((await refusal())?.reason).toContain(`ports that K3s needs are in use: ${port}`);
  });

  test('a connection that only comes from such a port is none', async () => {
    machine.put('proc/net/tcp', '   0: 0100007F:192B 0100007F:1F90 01 00000000:00000000\n');
    expect(await refusal()).toBeUndefined();
  });

  test('no service manager', async () => {
    rmSync(path.join(machine.root, 'run/systemd'), { recursive: true });
    expect((await refusal())?.reason).toContain('neither systemd nor OpenRC');
    machine.put('sbin/openrc-run');
    chmodSync(path.join(machine.root, 'sbin/openrc-run'), 0o755);
    expect(await refusal()).toBeUndefined();
  });

  test('more nodes than this machine is', async () => {
    const two = [node, { ...node, name: 'k3s-agent', role: 'worker' as const }];
    expect(await messageOf(create({ nodes: two }))).toMatch(
      /^the lab has 2 nodes, and this machine is one\n.*cnilab:k3s/,
    );
    expect(machine.files()).toEqual([]);
  });

  test('sudo that asks', async () => {
    const asked = makeK3sTool({ root: machine.root, env: machine.env, asRoot: ['false'] });
    expect((await asked.probe(settings))?.reason).toContain('sudo asks for a password');
  });

  test('a machine that another lab has', async () => {
    await create();
    const before = machine.files();
    const other = tool.plan(spec, 'c2');
    expect(await messageOf(tool.create(spec, other, kubeconfig, op))).toContain(
      'this machine belongs to another lab (c1)',
    );
    expect(await tool.state(other, op)).toBe('gone');
    await tool.delete(other, op, kubeconfig);
    expect(machine.files()).toEqual(before);
    expect(await tool.state(facts(), op)).toBe('running');
  });

  test('K3s that somebody installed in the place of ours', async () => {
    await create();
    await exec([path.join(machine.root, 'usr/local/bin/k3s-uninstall.sh')], { env: machine.env });
    machine.put(UNIT, 'theirs');
    machine.put('etc/rancher/k3s/config.yaml', 'theirs');
    machine.put('usr/local/bin/k3s-uninstall.sh', `#!/bin/sh\ntouch ${machine.root}/theirs-was-run\n`);
    chmodSync(path.join(machine.root, 'usr/local/bin/k3s-uninstall.sh'), 0o755);
    expect(await tool.state(facts(), op)).toBe('gone');
    expect(await messageOf(create())).toContain('a K3s that was not installed by this lab');
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files()).toEqual(['etc/rancher/k3s/config.yaml', UNIT, 'usr/local/bin/k3s-uninstall.sh']);
  });
});

describe('when something fails', () => {
  test.each([
    [
      'download',
      /^this machine: K3s' installer failed on this machine\nsee above.*\n\[ERROR\] {2}Download failed/,
    ],
    ['unit', /installer failed[\s\S]*Killed/],
    ['start', /installer failed[\s\S]*Job for k3s\.service failed[\s\S]*a line of the log/],
  ])('%s: one message, then what was said; delete leaves nothing, create goes on', async (where, message) => {
    machine.tell(`fail-${where}`);
    expect(await messageOf(create())).toMatch(message);
    expect(existsSync(path.join(machine.root, MARK))).toBe(true);
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files()).toEqual([]);
    expect(await messageOf(create())).toMatch(message);
    machine.untell(`fail-${where}`);
    await create();
    expect(await tool.state(facts(), op)).toBe('running');
  });

  test('a service that runs and has no API', async () => {
    machine.tell('fail-api');
    tool = makeK3sTool({ root: machine.root, env: machine.env, asRoot: [], apiSeconds: 1 });
    expect(await messageOf(create())).toMatch(/^this machine: K3s' API was not ready within 1 s/);
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files()).toEqual([]);
  });

  test('its API is ready before its own node is there, and is waited for', async () => {
    machine.tell('fail-node');
    tool = makeK3sTool({ root: machine.root, env: machine.env, asRoot: [], apiSeconds: 1 });
    expect(await messageOf(create())).toMatch(
      /^this machine: K3s runs, and its node k3s-server has got no range of addresses within 1 s/,
    );
  });

  test('an uninstaller that does nothing: says what is left, and the next time it ends', async () => {
    await create();
    machine.tell('fail-uninstall');
    expect(await messageOf(tool.delete(facts(), op, kubeconfig))).toMatch(
      /K3s was uninstalled, and there still is: .*k3s\.service .*\/var\/lib\/rancher\/k3s/,
    );
    expect(await tool.state(facts(), op)).toBe('running');
    machine.untell('fail-uninstall');
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files()).toEqual([]);
  });

  test('an uninstaller that is broken off when the service is gone is brought to its end', async () => {
    await create();
    machine.tell('fail-uninstall-later');
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files()).toEqual([]);
  });

  test('a run that was killed while it installed: the next one goes on', async () => {
    machine.put(MARK, 'c1\nnode no\n');
    machine.put(CONFIG, '# cnilab c1\n');
    machine.put('usr/local/bin/k3s', 'half');
    await create();
    await tool.delete(facts(), op, kubeconfig);
    expect(machine.files()).toEqual([]);
  });
});
