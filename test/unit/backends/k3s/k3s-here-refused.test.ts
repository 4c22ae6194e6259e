// Machines on which K3s is not installed, and is not uninstalled either: stand-ins of the installer, systemd and K3s.
import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeK3sTool } from '../../../../infra/backends/k3s/k3s-tool.ts';
import { exec } from '../../../../infra/util/exec.ts';
import { LabHere, messageOf, node, op, settings, spec } from './lab-here.ts';

const UNIT = 'etc/systemd/system/k3s.service';

let here: LabHere;
beforeEach(() => {
  here = new LabHere();
});
afterEach(() => here.close());

describe('when it may not, nothing of the machine changes', () => {
  const refusal = async (given: Record<string, string> = settings) => {
    const before = here.machine.files();
    const problem = await here.tool.probe(given);
    expect(here.machine.files()).toEqual(before);
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
    here.machine.put(file, 'theirs');
    const { reason, fix } = (await refusal()) ?? {};
    expect(reason).toMatch(/^this machine: K3s is installed on this machine already, and not by this lab: /);
    expect(fix).toContain('it is left as it is');
    expect(await messageOf(here.create())).toContain('K3s is installed on this machine already');
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files()).toEqual([file]);
  });

  test.each([
    ['a kubelet', 'var/lib/kubelet/config.yaml', /\/var\/lib\/kubelet/],
    ['CNI state', 'var/lib/cni/networks/podman/10.88.0.2', /\/var\/lib\/cni/],
    ['kubeadm', 'etc/kubernetes/admin.conf', /\/etc\/kubernetes/],
    ['a network of CNI', 'etc/cni/net.d/87-podman.conflist', /\/etc\/cni\/net\.d/],
    ['a bridge of flannel', 'sys/class/net/cni0', /cni0/],
  ])('%s of somebody else, which uninstalling would take along', async (_, file, named) => {
    here.machine.put(file);
    const { reason } = (await refusal()) ?? {};
    expect(reason).toMatch(/another Kubernetes or CNI is on this machine/);
    expect(reason).toMatch(named);
  });

  test('a link kubectl of somebody else', async () => {
    symlinkSync('/opt/theirs/kubectl', path.join(here.machine.root, 'usr/local/bin/kubectl'));
    expect((await refusal())?.reason).toContain('/usr/local/bin/kubectl');
  });

  test('rules that uninstalling would take along', async () => {
    here.machine.tell('rules', '*nat\n-A POSTROUTING -m comment --comment x -j CNI-0123\nCOMMIT\n');
    expect((await refusal())?.reason).toContain('iptables-rules');
    here.machine.tell(
      'rules',
      '*nat\n:KUBE-MARK-DROP - [0:0]\n-A POSTROUTING -o eth0 -j MASQUERADE\nCOMMIT\n',
    );
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
    here.machine.put(`proc/net/${table}`, `  sl  local_address\n${line}\n`);
    expect((await refusal())?.reason).toContain(`ports that K3s needs are in use: ${port}`);
  });

  test('a connection that only comes from such a port is none', async () => {
    here.machine.put('proc/net/tcp', '   0: 0100007F:192B 0100007F:1F90 01 00000000:00000000\n');
    expect(await refusal()).toBeUndefined();
  });

  test('no service manager', async () => {
    rmSync(path.join(here.machine.root, 'run/systemd'), { recursive: true });
    expect((await refusal())?.reason).toContain('neither systemd nor OpenRC');
    here.machine.put('sbin/openrc-run');
    chmodSync(path.join(here.machine.root, 'sbin/openrc-run'), 0o755);
    expect(await refusal()).toBeUndefined();
  });

  test('more nodes than this machine is', async () => {
    const two = [node, { ...node, name: 'k3s-agent', role: 'worker' as const }];
    expect(await messageOf(here.create({ nodes: two }))).toMatch(
      /^the lab has 2 nodes, and this machine is one\n.*cnilab:k3s/,
    );
    expect(here.machine.files()).toEqual([]);
  });

  test('sudo that asks', async () => {
    const asked = makeK3sTool({ root: here.machine.root, env: here.machine.env, asRoot: ['false'] });
    expect((await asked.probe(settings))?.reason).toContain('sudo asks for a password');
  });

  test('a machine that another lab has', async () => {
    await here.create();
    const before = here.machine.files();
    const other = here.tool.plan(spec, 'c2');
    expect(await messageOf(here.tool.create(spec, other, here.kubeconfig, op))).toContain(
      'this machine belongs to another lab (c1)',
    );
    expect(await here.tool.state(other, op)).toBe('gone');
    await here.tool.delete(other, op, here.kubeconfig);
    expect(here.machine.files()).toEqual(before);
    expect(await here.tool.state(here.facts(), op)).toBe('running');
  });

  test('K3s that somebody installed in the place of ours', async () => {
    await here.create();
    await exec([path.join(here.machine.root, 'usr/local/bin/k3s-uninstall.sh')], { env: here.machine.env });
    here.machine.put(UNIT, 'theirs');
    here.machine.put('etc/rancher/k3s/config.yaml', 'theirs');
    here.machine.put(
      'usr/local/bin/k3s-uninstall.sh',
      `#!/bin/sh\ntouch ${here.machine.root}/theirs-was-run\n`,
    );
    chmodSync(path.join(here.machine.root, 'usr/local/bin/k3s-uninstall.sh'), 0o755);
    expect(await here.tool.state(here.facts(), op)).toBe('gone');
    expect(await messageOf(here.create())).toContain('a K3s that was not installed by this lab');
    await here.tool.delete(here.facts(), op, here.kubeconfig);
    expect(here.machine.files()).toEqual([
      'etc/rancher/k3s/config.yaml',
      UNIT,
      'usr/local/bin/k3s-uninstall.sh',
    ]);
  });
});
