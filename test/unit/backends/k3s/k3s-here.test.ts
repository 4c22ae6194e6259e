// K3s on this machine, from nothing to nothing left: against stand-ins of the installer, systemd and K3s (nothing of K3s is real here).
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeK3sTool } from '../../../../infra/backends/k3s/k3s-tool.ts';
import { exec } from '../../../../infra/util/exec.ts';
import { STAND_IN_BINARY } from '../../../support/stand-in-k3s-machine.ts';
import { LabHere, messageOf, op, settings, spec } from './lab-here.ts';

const MARK = 'etc/rancher/cnilab-k3s';
const CONFIG = 'etc/rancher/k3s/config.yaml.d/50-cnilab.yaml';

let here: LabHere;
beforeEach(() => {
  here = new LabHere();
});
afterEach(() => here.close());
const state = (name: string) => readFileSync(path.join(here.machine.env.STAND_IN_STATE ?? '', name), 'utf8');

describe('when it may', () => {
  test('installs, verifies, brings the kubeconfig and, at the end, leaves nothing', async () => {
    expect(await here.tool.probe(settings)).toBeUndefined();
    const told: string[] = [];
    const nodes = await here.tool.create(spec, here.facts(), here.kubeconfig, {
      ...op,
      progress: (line) => told.push(line),
    });
    expect(nodes).toEqual([{ lab: 'k3s-server', real: 'k3s-server' }]);
    expect(here.read(CONFIG)).toMatchInlineSnapshot(`
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
    expect(here.machine.mode(CONFIG)).toBe(0o600);
    expect(state('installer-env').replaceAll(here.machine.root, '')).toBe(
      'INSTALL_K3S_BIN_DIR=/usr/local/bin\nINSTALL_K3S_EXEC=server\nINSTALL_K3S_SKIP_DOWNLOAD=\n' +
        'INSTALL_K3S_SKIP_SELINUX_RPM=\nINSTALL_K3S_SYSTEMD_DIR=/etc/systemd/system\nINSTALL_K3S_VERSION=\n',
    );
    expect(told[0]).toMatch(/^K3s changes this machine:\n {2}- a service k3s/);
    expect(told.at(-1)).toBe('k3s version v1.34.4+k3s1 (0000000) runs');
    expect(readFileSync(here.kubeconfig, 'utf8')).toContain('server: https://127.0.0.1:6443');
    expect(statSync(here.kubeconfig).mode & 0o777).toBe(0o600);
    expect(await here.tool.state(here.facts(), op)).toBe('running');
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files()).toEqual([]);
    expect(await here.tool.state(here.facts(), op)).toBe('gone');
    await here.tool.delete(here.facts(), op, here.kubeconfig);
  });

  test('air-gapped: binary and images given, nothing downloaded', async () => {
    const images = path.join(here.directory, 'k3s-airgap-images-amd64.tar.zst');
    writeFileSync(images, 'images');
    here.machine.tell('fail-download');
    await here.create({ settings: { ...settings, binary: STAND_IN_BINARY, images } });
    expect(here.read('var/lib/rancher/k3s/agent/images/k3s-airgap-images-amd64.tar.zst')).toBe('images');
    expect(state('installer-env')).toContain(
      'INSTALL_K3S_SKIP_DOWNLOAD=true\nINSTALL_K3S_SKIP_SELINUX_RPM=true',
    );
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files()).toEqual([]);
  });

  test('of the lab’s network nothing is left, and what somebody else put beside it is', async () => {
    await here.create();
    here.machine.put('run/cni-ipam-state/kindnet/10.244.0.2', 'of a pod that was never detached');
    here.machine.put('etc/cni/net.d/10-kindnet.conflist', '{}');
    here.machine.put('sys/class/net/bwpb15615c2e77b', 'ifb');
    here.machine.put('var/lib/cnilab/copied-plugins', 'ptp\nportmap\n');
    for (const plugin of ['ptp', 'portmap', 'theirs']) here.machine.put(`opt/cni/bin/${plugin}`, plugin);
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files()).toEqual(['opt/cni/bin/theirs']);
  });

  test('plugins of this machine’s own are put back where the recorder still stands before them', async () => {
    const recorder = readFileSync(
      new URL('../../../../infra/backends/kubernetes/network/scripts/record-call.pl', import.meta.url),
      'utf8',
    );
    await here.create();
    here.machine.put('var/lib/cnilab/copied-plugins', 'ptp\n');
    for (const plugin of ['bridge', 'linked', 'ptp', 'tuning']) {
      here.machine.put(`opt/cni/bin/${plugin}`, plugin === 'tuning' ? 'installed since' : recorder);
      here.machine.put(`var/lib/cnilab/cni-bin/${plugin}`, plugin);
    }
    mkdirSync(path.join(here.machine.root, 'var/lib/cnilab/cni-links'));
    symlinkSync('bridge', path.join(here.machine.root, 'var/lib/cnilab/cni-links/linked'));
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files().map((file) => [file, here.read(file)])).toEqual([
      ['opt/cni/bin/bridge', 'bridge'],
      ['opt/cni/bin/linked', 'bridge'],
      ['opt/cni/bin/tuning', 'installed since'],
    ]);
    expect(readlinkSync(path.join(here.machine.root, 'opt/cni/bin/linked'))).toBe('bridge');
  });

  test('a version is passed on', async () => {
    await here.create({ settings: { ...settings, version: 'v1.33.1+k3s1' } });
    expect(state('installer-env')).toContain('INSTALL_K3S_VERSION=v1.33.1+k3s1\n');
  });

  test('a service that was stopped, and one that was uninstalled by hand', async () => {
    await here.create();
    here.machine.untell('running-k3s');
    expect(await here.tool.state(here.facts(), op)).toBe('stopped');
    await exec([path.join(here.machine.root, 'usr/local/bin/k3s-uninstall.sh')], { env: here.machine.env });
    expect(await here.tool.state(here.facts(), op)).toBe('gone');
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files()).toEqual([]);
  });

  test('what an earlier K3s left in /etc/rancher/node stays', async () => {
    here.machine.put('etc/rancher/node/password', 'theirs');
    await here.create();
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files()).toEqual(['etc/rancher/node/password']);
  });

  test('its commands are this machine’s', async () => {
    const access = here.tool.access(here.facts(), settings, {
      lab: 'l',
      kubeconfig: here.kubeconfig,
      nodes: () => [],
    });
    const { stdout } = await exec(access.enter('k3s-server', ['echo', 'in']).argv);
    expect(stdout).toBe('in\n');
    const asked = makeK3sTool({ asRoot: ['sudo', '-n', '--'] }).access(here.facts(), settings, {
      lab: 'l',
      kubeconfig: here.kubeconfig,
      nodes: () => [],
    });
    expect(asked.enter('k3s-server', ['id']).argv).toEqual(['sudo', '-n', '--', 'id']);
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
    here.machine.tell(`fail-${where}`);
    expect(await messageOf(here.create())).toMatch(message);
    expect(existsSync(path.join(here.machine.root, MARK))).toBe(true);
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files()).toEqual([]);
    expect(await messageOf(here.create())).toMatch(message);
    here.machine.untell(`fail-${where}`);
    await here.create();
    expect(await here.tool.state(here.facts(), op)).toBe('running');
  });

  test('a service that runs and has no API', async () => {
    here.machine.tell('fail-api');
    expect(await messageOf(here.create({}, { apiSeconds: 1 }))).toMatch(
      /^this machine: K3s' API was not ready within 1 s/,
    );
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files()).toEqual([]);
  });

  test('its API is ready before its own node is there, and is waited for', async () => {
    here.machine.tell('fail-node');
    expect(await messageOf(here.create({}, { apiSeconds: 1 }))).toMatch(
      /^this machine: K3s runs, and its node k3s-server has got no range of addresses within 1 s/,
    );
  });

  test('an uninstaller that does nothing: says what is left, and the next time it ends', async () => {
    await here.create();
    here.machine.tell('fail-uninstall');
    expect(await messageOf(here.tool.delete(here.facts(), op, here.kubeconfig))).toMatch(
      /K3s was uninstalled, and there still is: .*k3s\.service .*\/var\/lib\/rancher\/k3s/,
    );
    expect(await here.tool.state(here.facts(), op)).toBe('running');
    here.machine.untell('fail-uninstall');
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files()).toEqual([]);
  });

  test('an uninstaller that is broken off when the service is gone is brought to its end', async () => {
    await here.create();
    here.machine.tell('fail-uninstall-later');
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files()).toEqual([]);
  });

  test('a run that was killed while it installed: the next one goes on', async () => {
    here.machine.put(MARK, 'c1\nnode no\n');
    here.machine.put(CONFIG, '# cnilab c1\n');
    here.machine.put('usr/local/bin/k3s', 'half');
    await here.create();
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files()).toEqual([]);
  });
});
