// K3s on a machine over a real sshd; K3s, its installer and systemd there are stand-ins.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterSpec } from '../../../../infra/backends/backend.ts';
import { clusterNetwork } from '../../../../infra/backends/k3s/cluster-network.ts';
import { hostsText } from '../../../../infra/backends/k3s/k3s-over-ssh.ts';
import { makeK3sTool } from '../../../../infra/backends/k3s/k3s-tool.ts';
import { agentConfig, serverConfig } from '../../../../infra/backends/k3s/node-config.ts';
import { type ScriptWords, scriptArgv, type Verb } from '../../../../infra/backends/k3s/script.ts';
import type { SshHost } from '../../../../infra/backends/k3s/ssh-host.ts';
import type { ClusterTool } from '../../../../infra/backends/kubernetes/cluster-tool.ts';
import { exec } from '../../../../infra/util/exec.ts';
import { noSshd, type PrivateSshd, privateSshd } from '../../../support/private-sshd.ts';
import {
  STAND_IN_INSTALLER,
  type StandInMachine,
  standInMachine,
} from '../../../support/stand-in-k3s-machine.ts';

const why = noSshd();
const op = { signal: new AbortController().signal };
const nodes = [
  { name: 'k3s-server', role: 'control-plane', address: '192.0.2.1', podCIDR: '10.42.0.0/24' },
] as const;

describe.skipIf(why !== undefined)('over a real sshd', () => {
  let machine: StandInMachine;
  let sshd: PrivateSshd;
  let tool: ClusterTool;
  let host: SshHost;
  let spec: ClusterSpec;
  const directory = mkdtempSync(path.join(tmpdir(), 'cnilab-test-files-'));
  const kubeconfig = path.join(directory, 'kubeconfig');

  beforeAll(async () => {
    machine = standInMachine();
    const { PATH = '', STAND_IN_DIR = '', STAND_IN_STATE = '', STAND_IN_ROOT = '' } = machine.env;
    sshd = await privateSshd({ PATH, STAND_IN_DIR, STAND_IN_STATE, STAND_IN_ROOT });
    const { client, address, port, hostKey, privateKeyFile } = sshd;
    tool = makeK3sTool({ client, root: machine.root });
    host = { name: 'k3s-server', host: address, port, user: 'root', hostKey, privateKeyFile };
    spec = {
      stack: 'blue',
      lab: 'flannel',
      isolation: 'auto',
      underlay: { cidr: '192.0.2.0/24', gateway: '192.0.2.254' },
      nodes,
      settings: { hosts: hostsText([host]), id: 'lab1', flannel: 'vxlan' },
    };
  });
  afterAll(async () => {
    await sshd?.close();
    machine?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** What the Pulumi program's commands do there. */
  const there = async (verb: Verb, words: ScriptWords = {}, stdin?: string) => {
    const access = tool.access(tool.plan(spec, 'unused'), {}, { lab: 'l', kubeconfig, nodes: () => [] });
    const argv = scriptArgv(verb, { id: 'lab1', role: 'server', root: machine.root, ...words });
    const result = await exec(access.enter('k3s-server', argv).argv, stdin === undefined ? {} : { stdin });
    await access.close?.(op);
    return result;
  };

  test('claimed, installed, used from here, given back', async () => {
    expect(await tool.probe(spec.settings ?? {})).toBeUndefined();
    const facts = tool.plan(spec, 'unused');
    expect(facts).toMatchObject({ id: 'lab1', flannel: 'vxlan' });
    await expect(tool.create(spec, facts, kubeconfig, op)).rejects.toThrow(
      /^k3s-server \(root@127\.0\.0\.1:2222\): this machine has no K3s of this lab\nmake the lab anew$/,
    );
    expect(await there('claim')).toMatchObject({ exitCode: 0, stderr: '' });
    const config = serverConfig({ id: 'lab1', node: 'k3s-server', network: clusterNetwork(spec) });
    const installed = await there('install', { installer: STAND_IN_INSTALLER }, config);
    expect(installed).toMatchObject({
      exitCode: 0,
      stdout: 'k3s version v1.34.4+k3s1 (0000000)\n',
      stderr: '',
    });
    expect(await tool.create(spec, facts, kubeconfig, op)).toEqual([
      { lab: 'k3s-server', real: 'k3s-server' },
    ]);
    expect(readFileSync(kubeconfig, 'utf8')).toContain('server: https://127.0.0.1:6443');
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
    expect(await tool.state(facts, op)).toBe('running');
    expect((await there('token')).stdout).toBe('K10stand-in::server:token\n');
    await tool.delete(facts, op, kubeconfig);
    expect(await tool.state(facts, op)).toBe('running');
    expect(await there('release')).toMatchObject({ exitCode: 0 });
    expect(await tool.state(facts, op)).toBe('gone');
    expect(machine.files()).toEqual([]);
  });

  test('a node that has joined is waited for, one that has not is told of', async () => {
    await there('claim');
    await there(
      'install',
      { installer: STAND_IN_INSTALLER },
      serverConfig({ id: 'lab1', node: 'k3s-server', network: clusterNetwork(spec) }),
    );
    const waiting = there('joined', { node: 'k3s-agent', seconds: '20' });
    machine.tell('node-k3s-agent', '10.42.1.0/24');
    expect(await waiting).toMatchObject({ exitCode: 0 });
    const { exitCode, stderr } = await there('joined', { node: 'k3s-third', seconds: '1' });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 3,
      stderr:
        'node k3s-third has not joined within 1 s\nsee there: journalctl -u k3s-agent; it has to reach this machine at 6443/tcp\n',
    });
    await there('release');
  });

  test('a node that is to come is announced with its ranges, whatever was known under its name', async () => {
    await there('claim');
    await there(
      'install',
      { installer: STAND_IN_INSTALLER },
      serverConfig({ id: 'lab1', node: 'k3s-server', network: clusterNetwork(spec) }),
    );
    const announced = () =>
      JSON.parse(readFileSync(path.join(machine.env.STAND_IN_STATE ?? '', 'announced'), 'utf8'));
    const words = { node: 'k3s-agent', ranges: '10.42.1.0/24' };
    expect(await there('announce', words)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(announced()).toMatchObject({
      kind: 'Node',
      metadata: { name: 'k3s-agent' },
      spec: { podCIDR: '10.42.1.0/24', podCIDRs: ['10.42.1.0/24'] },
    });
    await there('announce', { ...words, ranges: '10.42.1.0/24,fd00:10:42:1::/64' });
    expect(announced().spec).toMatchObject({
      podCIDR: '10.42.1.0/24',
      podCIDRs: ['10.42.1.0/24', 'fd00:10:42:1::/64'],
    });
    await there('release');
  });

  test('an agent: its own service and uninstaller, its token read by root only', async () => {
    const words = { role: 'agent', installer: STAND_IN_INSTALLER } as const;
    await there('claim', { role: 'agent' });
    const config = agentConfig({
      id: 'lab1',
      node: 'k3s-agent',
      server: 'https://192.0.2.1:6443',
      token: 'K10x::server:y',
    });
    expect(await there('install', words, config)).toMatchObject({ exitCode: 0 });
    const file = 'etc/rancher/k3s/config.yaml.d/50-cnilab.yaml';
    expect(readFileSync(path.join(machine.root, file), 'utf8')).toBe(
      '# cnilab lab1\nnode-name: k3s-agent\nserver: https://192.0.2.1:6443\ntoken: K10x::server:y\n',
    );
    expect(machine.mode(file)).toBe(0o600);
    expect(machine.files()).toContain('etc/systemd/system/k3s-agent.service');
    expect(await there('release', { role: 'agent' })).toMatchObject({ exitCode: 0 });
    expect(machine.files()).toEqual([]);
  });

  test('a machine that cannot be entered is told of before anything else', async () => {
    const hosts = hostsText([{ ...host, hostKey: sshd.otherHostKey }]);
    expect((await tool.probe({ hosts, id: 'lab1' }))?.reason).toMatch(
      /shows another host key than the one you gave/,
    );
  });

  test('a node of the lab that no machine is for', async () => {
    const facts = tool.plan(spec, 'unused');
    const more = { ...spec, nodes: [...nodes, { ...nodes[0], name: 'k3s-agent', role: 'worker' as const }] };
    await expect(tool.create(more, facts, kubeconfig, op)).rejects.toThrow('node k3s-agent has no machine');
  });
});
