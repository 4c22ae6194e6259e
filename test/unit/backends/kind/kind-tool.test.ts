import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kindTool } from '../../../../infra/backends/kind/kind-tool.ts';
import { startProcess } from '../../../../infra/util/exec.ts';
import { KindMachine, SPEC } from '../../../support/stand-in-kind.ts';

let machine: KindMachine;
beforeEach(() => {
  machine = new KindMachine();
});
afterEach(() => machine.end());

const op = { signal: new AbortController().signal };
const facts = () => kindTool.plan(SPEC, 'kindnet-dev-1a2b3c4d');
const CLUSTER = 'cnilab-kindnet-dev-a7fada26';
const NODES = [`${CLUSTER}-control-plane`, `${CLUSTER}-worker`];

describe('kind with stand-ins', () => {
  it('makes a cluster with the lab’s addresses on a network of its own', async () => {
    const steps: string[] = [];
    const progress = (step: string) => steps.push(step);
    const nodes = await kindTool.create(SPEC, facts(), machine.kubeconfig, { ...op, progress });
    expect(nodes).toEqual([
      { lab: 'minikube', real: NODES[0] },
      { lab: 'minikube-m02', real: NODES[1] },
    ]);
    expect(machine.all()).toEqual({ containers: NODES, networks: [CLUSTER] });
    expect(machine.read(`networks/${CLUSTER}`)).toBe(
      'label io.cnilab.cluster=kindnet-dev-1a2b3c4d\nlabel io.cnilab.stack=kindnet-dev\nsubnet 198.51.100.0/24\n',
    );
    for (const [i, name] of NODES.entries()) {
      const container = machine.read(`containers/${name}`).split('\n');
      expect(container).toContain('label io.cnilab.cluster=kindnet-dev-1a2b3c4d');
      expect(container).toContain(`ip 198.51.100.${i + 2}`);
      expect(container).toContain(`net ${CLUSTER}`);
    }
    expect(machine.read(`exec-${NODES[0]}`)).toContain('"podCIDRs":["10.244.1.0/24"]');
    expect(steps).toEqual([
      'Ensuring node image (kindest/node:v1.37.0)',
      'Preparing nodes',
      'Telling the nodes their podCIDRs',
    ]);
    expect(statSync(machine.kubeconfig).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.dirname(machine.kubeconfig)).sort()).toEqual(['kind.log', 'kubeconfig']);
    expect(await kindTool.state(facts(), op)).toBe('running');
  });

  it('does nothing when the cluster is whole', async () => {
    const first = await kindTool.create(SPEC, facts(), machine.kubeconfig, op);
    const calls = machine.read('kind-calls');
    expect(await kindTool.create(SPEC, facts(), machine.kubeconfig, op)).toEqual(first);
    expect(machine.read('kind-calls')).toBe(calls);
  });

  it('sees a stopped node, a lost one, and none', async () => {
    await kindTool.create(SPEC, facts(), machine.kubeconfig, op);
    const label = machine.read(`containers/${NODES[1]}`);
    machine.set(`containers/${NODES[1]}`, label.replace('Up 2 seconds', 'Exited (137) 3 seconds ago'));
    expect(await kindTool.state(facts(), op)).toBe('stopped');
    machine.unset(`containers/${NODES[1]}`);
    expect(await kindTool.state(facts(), op)).toBe('stopped');
    machine.unset(`containers/${NODES[0]}`);
    expect(await kindTool.state(facts(), op)).toBe('gone');
  });

  it('does not call a cluster gone when the daemon does not answer', async () => {
    await kindTool.create(SPEC, facts(), machine.kubeconfig, op);
    machine.set(
      'fail-ps',
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n',
    );
    await expect(kindTool.state(facts(), op)).rejects.toThrow(
      "docker's daemon does not answer: Cannot connect to the Docker daemon at unix:///var/run/docker.sock",
    );
  });

  it('deletes what is its own, more than once, and nothing else', async () => {
    await kindTool.create(SPEC, facts(), machine.kubeconfig, op);
    machine.set('containers/other-worker', 'status Up 1 hour\nlabel io.x-k8s.kind.cluster=other\n');
    machine.set('networks/kind', 'subnet 172.18.0.0/16\n');
    await kindTool.delete(facts(), op, machine.kubeconfig);
    await kindTool.delete(facts(), op, machine.kubeconfig);
    expect(machine.all()).toEqual({ containers: ['other-worker'], networks: ['kind'] });
  });

  it('tries again what somebody else is just removing', async () => {
    await kindTool.create(SPEC, facts(), machine.kubeconfig, op);
    machine.set('fail-rm', 'Error response from daemon: removal of container id-x is already in progress\n');
    const deleting = kindTool.delete(facts(), op, machine.kubeconfig);
    await made(() => machine.read('calls').includes('rm --force'));
    machine.unset('fail-rm');
    await deleting;
    expect(machine.all()).toEqual({ containers: [], networks: [] });
  });

  it('says what cannot be removed', async () => {
    await kindTool.create(SPEC, facts(), machine.kubeconfig, op);
    machine.set(
      'fail-network-rm',
      'Error response from daemon: error while removing network: network x has active endpoints\n',
    );
    await expect(kindTool.delete(facts(), op, machine.kubeconfig)).rejects.toThrow(
      'network x has active endpoints',
    );
  });

  it('leaves a cluster of that name alone which it did not make', async () => {
    const container = `status Up 1 hour\nlabel io.x-k8s.kind.cluster=${CLUSTER}\n`;
    machine.set('calls');
    await kindTool.delete(facts(), op, machine.kubeconfig);
    machine.set(`containers/${CLUSTER}-control-plane`, container);
    await expect(kindTool.create(SPEC, facts(), machine.kubeconfig, op)).rejects.toThrow(
      `there is a kind cluster ${CLUSTER} that this lab did not make (container ${CLUSTER}-control-plane); it is left alone`,
    );
    await kindTool.delete(facts(), op, machine.kubeconfig);
    expect(machine.all()).toEqual({ containers: [`${CLUSTER}-control-plane`], networks: [] });
  });

  it('says what kind could not do, keeps what it said, and goes on from there', async () => {
    machine.set(
      'fail-kind',
      'ERROR: failed to create cluster: failed to init node with kubeadm: command "docker exec" failed with error: exit status 1\n\nCommand Output: I1127 …\nerror: error execution phase wait-control-plane: failed\n',
    );
    await expect(kindTool.create(SPEC, facts(), machine.kubeconfig, op)).rejects.toThrow(
      /kubeadm could not start the control plane; its error:\nerror: error execution phase wait-control-plane: failed\nkind has removed the nodes; all that it said is in .*kind\.log$/s,
    );
    const log = path.join(path.dirname(machine.kubeconfig), 'kind.log');
    expect(readdirSync(path.dirname(log))).toEqual(['kind.log']);
    expect(statSync(log).mode & 0o777).toBe(0o600);
    expect(machine.all()).toEqual({ containers: [], networks: [CLUSTER] });
    machine.unset('fail-kind');
    await kindTool.create(SPEC, facts(), machine.kubeconfig, op);
    expect(await kindTool.state(facts(), op)).toBe('running');
  });

  it('stops at once when it is told to, and cleans up or begins anew from what is left', async () => {
    machine.set('hang-kind');
    const controller = new AbortController();
    const creating = kindTool.create(SPEC, facts(), machine.kubeconfig, { signal: controller.signal });
    creating.catch(() => undefined);
    await made(() => machine.all().containers.length === 2);
    controller.abort();
    await expect(creating).rejects.toThrow('aborted');
    expect(existsSync(machine.kubeconfig)).toBe(false);
    expect(machine.all()).toEqual({ containers: NODES, networks: [CLUSTER] });
    machine.unset('hang-kind');
    const steps: string[] = [];
    const progress = (step: string) => steps.push(step);
    await kindTool.create(SPEC, facts(), machine.kubeconfig, { ...op, progress });
    expect(steps).toContain(`Removing ${NODES.join(', ')}`);
    expect(existsSync(machine.kubeconfig)).toBe(true);
    await kindTool.delete(facts(), op, machine.kubeconfig);
    expect(machine.all()).toEqual({ containers: [], networks: [] });
  });

  it('does not let kind go on when the process that started it is killed', async () => {
    machine.set('hang-kind');
    const program = `
      import { kindTool } from ${JSON.stringify(new URL('../../../../infra/backends/kind/kind-tool.ts', import.meta.url).href)};
      const signal = new AbortController().signal;
      await kindTool.create(${JSON.stringify(SPEC)}, ${JSON.stringify(facts())}, ${JSON.stringify(machine.kubeconfig)}, { signal });
    `;
    const child = startProcess([process.execPath, '--input-type=module', '-e', program]);
    await made(() => machine.all().containers.length === 2);
    const kind = Number(machine.read('pid'));
    expect(isRunning(kind)).toBe(true);
    child.kill('SIGKILL');
    await child;
    await made(() => !isRunning(kind));
  });

  it('names the network that has the lab’s addresses', async () => {
    const overlap = 'Error response from daemon: Pool overlaps with other one on this address space\n';
    machine.set('fail-network-create', overlap);
    machine.set('calls');
    await kindTool.delete(facts(), op, machine.kubeconfig);
    machine.set('networks/minikube', 'subnet 198.51.100.0/25\n');
    const create = () => kindTool.create(SPEC, facts(), machine.kubeconfig, op);
    await expect(create()).rejects.toThrow(
      'the lab wants the addresses 198.51.100.0/24 for its nodes, and the docker network minikube has them (198.51.100.0/25)\nif nothing needs that network: docker network rm minikube;',
    );
    machine.set('networks/minikube', 'subnet 198.51.100.0/25\nlabel io.cnilab.stack=flannel-dev\n');
    await expect(create()).rejects.toThrow('the stack flannel-dev has them');
  });

  it('keeps the daemon that the cluster was made on', async () => {
    process.env.DOCKER_HOST = 'unix:///run/other.sock';
    const made = facts();
    expect(made).toMatchObject({ runtime: 'docker', DOCKER_HOST: 'unix:///run/other.sock' });
    delete process.env.DOCKER_HOST;
    const access = kindTool.access(
      made,
      { nodeAccess: 'container' },
      { lab: 'l', kubeconfig: machine.kubeconfig, nodes: () => NODES },
    );
    expect(access.name).toBe('docker exec');
    expect(access.enter('n', ['cat', '/x'])).toEqual({
      argv: [path.join(machine.dir, 'bin/docker'), 'exec', '-i', 'n', 'cat', '/x'],
      env: { DOCKER_HOST: 'unix:///run/other.sock' },
    });
    expect(access.shell('n', ['sh']).env).toMatchObject({ DOCKER_HOST: 'unix:///run/other.sock' });
  });
});

describe('whether kind can be used', () => {
  it('can, with both there', async () => {
    expect(await kindTool.probe({})).toBeUndefined();
  });

  it('cannot without kind, with an old one, without a runtime, or with its daemon down', async () => {
    process.env.STAND_IN_KIND_VERSION = '0.23.0';
    expect(await kindTool.probe({})).toMatchObject({ reason: 'this kind is 0.23, too old' });
    delete process.env.STAND_IN_KIND_VERSION;
    machine.set('fail-ps', 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?');
    expect(await kindTool.probe({})).toMatchObject({ reason: expect.stringContaining('does not answer') });
    machine.unset('bin/kind');
    process.env.PATH = `${machine.dir}/bin:/usr/bin:/bin`;
    expect(await kindTool.probe({})).toMatchObject({ reason: 'kind is not installed' });
    expect(await kindTool.probe({ provider: 'nerdctl.lima' })).toMatchObject({
      reason: 'nerdctl.lima is not installed, and kind runs nodes as its containers',
    });
  });

  it('cannot with settings that cannot be right', async () => {
    expect(await kindTool.probe({ kubernetesVersion: '1.34' })).toMatchObject({
      reason: 'kubernetesVersion is "1.34", which is not a release',
    });
  });
});

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

async function made(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i += 1) await delay(50);
  expect(condition()).toBe(true);
}
