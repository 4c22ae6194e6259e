// The agent as it is started on a node of a real cluster, here in namespaces of its own on this machine.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentHost } from '../../../../infra/backends/agent-host.ts';
import { ContainerHost } from '../../../../infra/backends/kubernetes/container-host.ts';
import type { NodeAccess } from '../../../../infra/backends/kubernetes/node-access.ts';
import { nodeGate } from '../../../../infra/backends/kubernetes/node-gate.ts';
import { PodNetworkHost } from '../../../../infra/backends/kubernetes/pod-network-host.ts';
import { Agent } from '../../../../infra/backends/netns/agent.ts';

/** A "node": a mount, network and PID namespace with a /run of its own. */
const access: NodeAccess = {
  name: 'unshare',
  enter: (_node, argv) => ({
    argv: [
      'unshare',
      '-Urmnpf',
      '--mount-proc',
      'sh',
      '-c',
      'mount -t tmpfs tmpfs /run && exec "$@"',
      'sh',
      ...argv,
    ],
  }),
  shell: () => ({ argv: [], env: {} }),
};

describe('an agent whose script comes over its input', () => {
  let agent: Agent;
  let node: AgentHost;
  beforeAll(() => {
    agent = new Agent(nodeGate(access, 'node'), 'node');
    node = new AgentHost('node', agent);
  });
  afterAll(() => agent.close());

  it('runs commands with their input, output and exit code', async () => {
    const result = await node.run(['sh', '-c', 'cat; echo said >&2; exit 7'], { stdin: 'given\0bytes' });
    expect(result).toMatchObject({ exitCode: 7, stdout: 'given\0bytes', stderr: 'said\n' });
    expect(result.durationNs).toBeGreaterThan(0n);
  });

  it('keeps what a long-running command writes, and leaves no file of it', async () => {
    const running = await node.start(['sh', '-c', 'printf "\\001\\377"; echo ready >&2; exec sleep 60']);
    for await (const line of running.stderrLines) if (line === 'ready') break;
    const { result, stdout } = await running.stop('SIGTERM');
    expect(result.exitCode).toBe(128 + 15);
    expect([...stdout]).toEqual([1, 255]);
    expect((await node.run(['ls', '-A', '/run/cnilab'])).stdout).toBe('');
  });

  it('reads and writes files, whole', async () => {
    await node.write([{ path: '/run/a/b', content: 'text', mode: 0o640 }]);
    expect((await node.read('/run/a/b'))?.toString()).toBe('text');
    expect((await node.run(['stat', '-c', '%a', '/run/a/b'])).stdout).toBe('640\n');
    expect(await node.read('/run/a/c')).toBeUndefined();
  });

  describe('of a pod', () => {
    let pid = 0;
    beforeAll(async () => {
      // As a runtime makes it: namespaces of its own, with files that are not the node's.
      const script =
        'hostname the-pod; mount -t tmpfs tmpfs /tmp; touch /tmp/of-the-container; ip link set lo up; echo $$ >&2; exec sleep 300';
      const running = await node.start(['env', 'OWN=value', 'unshare', '-nmui', 'sh', '-c', script]);
      for await (const line of running.stderrLines) {
        pid = Number(line);
        break;
      }
    });

    it('gives its network and host name, with the files of the node', async () => {
      const pod = new PodNetworkHost(
        'pod',
        () => agent,
        async () => pid,
      );
      const look = 'hostname; ls /sys/class/net; ip -o link show up | wc -l; ls /tmp/of-the-container';
      const { stdout, stderr } = await pod.run(['sh', '-c', look]);
      expect(stdout.split('\n').slice(0, 3)).toEqual(['the-pod', 'lo', '1']);
      expect(stderr).toContain('No such file');
    });

    it('finds it anew when its process is gone', async () => {
      const asked: boolean[] = [];
      const pod = new PodNetworkHost(
        'pod',
        () => agent,
        async (anew) => {
          asked.push(anew);
          return anew ? pid : 99_999_999;
        },
      );
      expect(await pod.run(['hostname'])).toMatchObject({ stdout: 'the-pod\n' });
      expect(asked).toEqual([false, true]);
    });

    it('gives a container with its files and its environment', async () => {
      const container = new ContainerHost('pod/c', node, async () => pid);
      const { stdout } = await container.run(['sh', '-c', 'ls /tmp; echo $OWN; hostname']);
      expect(stdout).toBe('of-the-container\nvalue\nthe-pod\n');
      expect(await container.run(['env'], { env: { ONLY: 'this' } })).toMatchObject({
        stdout: 'ONLY=this\n',
      });
      await expect(container.run(['no-such-program'])).rejects.toThrow('no such command in the container');
    });

    it('reads and writes the files of a container', async () => {
      const container = new ContainerHost('pod/c', node, async () => pid);
      await container.write([{ path: '/tmp/dir/file', content: 'inside' }]);
      expect((await container.read('/tmp/dir/file'))?.toString()).toBe('inside');
      expect(await node.read('/tmp/dir/file')).toBeUndefined();
      expect(await container.read('/tmp/none')).toBeUndefined();
    });
  });
});

it('says which node cannot be entered, and how it was tried', async () => {
  const broken: NodeAccess = {
    ...access,
    enter: () => ({ argv: ['sh', '-c', 'echo "no such node" >&2; exit 1'] }),
  };
  const agent = new Agent(nodeGate(broken, 'worker'), 'agent-1');
  await expect(new AgentHost('agent-1', agent).run(['true'])).rejects.toThrow(
    /the way onto node worker \(unshare\) is not there[\s\S]*no such node/,
  );
});
