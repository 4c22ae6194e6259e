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
        'the image no.such/image:1 is not on this machine, and could not be fetched: Error response from daemon: Get "https://no.such/v2/": dial tcp: lookup no.such: no such host',
      fix: 'get it with: docker pull no.such/image:1; or name one that is here: up with --set image=<image>',
    });
  });

  it('does not offer to choose the image of the load balancer', () => {
    // As seen with kind 0.33 and docker 28.2; shortened.
    const said =
      'ERROR: failed to create cluster: command "docker run --name x-external-load-balancer" failed with error: exit status 125\n\nCommand Output: Unable to find image \'envoyproxy/envoy:v1.36.2\' locally\ndocker: Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host\n\nRun \'docker run --help\' for more information\n';
    expect(refusal(said)).toEqual({
      reason:
        'the image envoyproxy/envoy:v1.36.2 is not on this machine, and could not be fetched: Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
      fix: 'get it with: docker pull envoyproxy/envoy:v1.36.2, which kind wants for several control planes; or give the lab one',
    });
  });

  it("shows kubeadm's error, whatever else is in what it said", () => {
    // As seen with kind 0.33 and kubeadm 1.34.4, whose /etc/kubernetes could not be written; shortened.
    const said = [
      'ERROR: failed to create cluster: failed to init node with kubeadm: command "docker exec --privileged x kubeadm init --config=/kind/kubeadm.conf --skip-token-print --v=6" failed with error: exit status 1',
      '',
      'Command Output: I1127 21:07:57.878896     135 initconfiguration.go:260] loading configuration from "/kind/kubeadm.conf"',
      'W1127 21:07:57.999999     135 docker: permission denied, no space left on device',
      '[certs] Using certificateDir folder "/etc/kubernetes/pki"',
      "error: error execution phase certs/ca: failure while saving ca certificate and key: couldn't write key: unable to write private key to file /etc/kubernetes/pki/ca.key",
      'k8s.io/kubernetes/cmd/kubeadm/app/cmd/phases/workflow.(*Runner).Run.func1',
      '\tk8s.io/kubernetes@v1.34.4/cmd/kubeadm/app/cmd/phases/workflow/runner.go:262',
      'runtime.goexit',
      '\truntime/asm_amd64.s:1771',
      '[certs] Generating "ca" certificate and key',
    ].join('\n');
    expect(toRefusal(said, { ...context, log: '/run/kind.log' })).toEqual({
      reason:
        "kubeadm could not start the control plane; its error:\nerror: error execution phase certs/ca: failure while saving ca certificate and key: couldn't write key: unable to write private key to file /etc/kubernetes/pki/ca.key",
      fix: 'kind has removed the nodes; all that it said is in /run/kind.log',
    });
    const joining = 'failed to join node with kubeadm: command "x" failed\n\nCommand Output: one\ntwo\n';
    expect(refusal(joining).reason).toMatch(/^kubeadm could not bring a node into the cluster; .*two$/s);
  });

  it('shows what it does not know as it is, without progress', () => {
    expect(refusal(' • Preparing nodes 📦   ...\nERROR: failed to create cluster: the moon\n')).toEqual({
      reason: 'docker ps failed: ERROR: failed to create cluster: the moon',
      fix: 'run it by hand to see more',
    });
    expect(refusal('').reason).toBe('docker ps failed: it said nothing');
  });
});
