import { describe, expect, it } from 'vitest';
import { toRefusal } from '../../../../infra/backends/kind/failure.ts';

const context = { runtime: 'docker', argv: ['docker', 'ps'] };
const refusal = (said: string, runtime = 'docker') => toRefusal(said, { ...context, runtime });

describe('what kind and container runtimes say', () => {
  it.each([
    // docker 28.2.2, docker 20.10.24 as seen; docker 29 and nerdctl from users' reports.
    [
      'Cannot connect to the Docker daemon at unix:///x/none.sock. Is the docker daemon running?',
      'does not answer',
    ],
    [
      'failed to connect to the docker API at unix:///run/nothing.sock; check if the path is correct and if the daemon is running: dial unix /run/nothing.sock: connect: no such file or directory',
      'does not answer',
    ],
    [
      'FATA[0000] cannot access containerd socket "/run/containerd/containerd.sock": no such file or directory',
      'does not answer',
    ],
    [
      'permission denied while trying to connect to the Docker daemon socket at unix:///x/dead.sock: Get "http://%2Fx%2Fdead.sock/v1.50/containers/json?all=1": dial unix /x/dead.sock: connect: permission denied',
      'does not let this user in',
    ],
    [
      'Got permission denied while trying to connect to the Docker daemon socket at unix:///x',
      'does not let this user in',
    ],
    [
      'FATA[0000] cannot access containerd socket "/run/containerd/containerd.sock": permission denied',
      'does not let this user in',
    ],
    [
      'docker: Error response from daemon: failed to create shim task: … no space left on device: unknown',
      'no room left',
    ],
    ['Failed to allocate directory watch: Too many open files', 'limit on inotify'],
    [
      'docker: Error response from daemon: driver failed programming external connectivity on endpoint x: Bind for 127.0.0.1:34567 failed: port is already allocated.',
      'the port that kind picked',
    ],
    [
      'Error response from daemon: network with name cnilab-x already exists',
      'docker has a network cnilab-x',
    ],
    ['docker: Error response from daemon: Address already in use.', "an address of the lab's nodes"],
    [
      'ERROR: failed to create cluster: node(s) already exist for a cluster with the name "x"',
      'a container for x that this lab did not make',
    ],
    [
      'docker: Error response from daemon: Conflict. The container name "/x-worker" is already in use by container "1f"',
      'a container for x-worker',
    ],
    [
      'ERROR: failed to create cluster: running kind with rootless provider requires cgroup v2, see https://kind.sigs.k8s.io/docs/user/rootless/',
      'for which kind requires cgroup v2',
    ],
    [
      'ERROR: failed to create cluster: could not find a log line that matches "Reached target .*Multi-User System.*|detected cgroup v1"',
      'did not come up',
    ],
  ])('%s', (said, reason) => {
    expect(refusal(said).reason).toContain(reason);
    expect(refusal(said).fix).not.toBe('');
  });

  it('names the image that cannot be had', () => {
    const said =
      'Creating cluster "x" ...\n • Ensuring node image (no.such/image:1) 🖼  ...\n ✗ Ensuring node image (no.such/image:1) 🖼\nERROR: failed to create cluster: failed to pull image "no.such/image:1": command "docker pull no.such/image:1" failed with error: exit status 1\n\nCommand Output: Error response from daemon: Get "https://no.such/v2/": dial tcp: lookup no.such: no such host\n';
    expect(refusal(said)).toEqual({
      reason:
        'the nodes\' image no.such/image:1 is not on this machine, and could not be fetched: Error response from daemon: Get "https://no.such/v2/": dial tcp: lookup no.such: no such host',
      fix: 'get it with: docker pull no.such/image:1; or name one that is here: pulumi config set cnilab:kind.image <image>',
    });
  });

  it('shows the end of what kubeadm said, whatever else is in it', () => {
    const said =
      'ERROR: failed to create cluster: failed to join node with kubeadm: command "docker exec" failed with error: exit status 1\n\nCommand Output: I1127 connect: permission denied docker\nerror execution phase kubelet-start: timed out\n';
    const { reason, fix } = toRefusal(said, { ...context, log: '/run/kind.log' });
    expect(reason).toMatch(/^kubeadm could not bring a node into the cluster; it said at last:\n/);
    expect(reason).toMatch(/error execution phase kubelet-start: timed out$/);
    expect(fix).toContain('/run/kind.log');
  });

  it('shows what it does not know as it is, without progress', () => {
    expect(refusal(' • Preparing nodes 📦   ...\nERROR: failed to create cluster: the moon\n')).toEqual({
      reason: 'docker ps failed: ERROR: failed to create cluster: the moon',
      fix: 'run it by hand to see more',
    });
    expect(refusal('').reason).toBe('docker ps failed: it said nothing');
  });
});
