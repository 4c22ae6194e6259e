import { describe, expect, it } from 'vitest';
import type { Host } from '../../../../../infra/backends/host.ts';
import type { KubeObject } from '../../../../../infra/backends/kubernetes/kube-object.ts';
import {
  applyNetwork,
  refuseNetwork,
} from '../../../../../infra/backends/kubernetes/network/apply-network.ts';
import { clusterPlans } from '../../../../../infra/backends/kubernetes/network/cluster-plan.ts';
import { deleteNetwork } from '../../../../../infra/backends/kubernetes/network/delete-network.ts';
import { standingNodes } from '../../../../../infra/backends/kubernetes/network/standing-nodes.ts';
import type { LabNetwork } from '../../../../../infra/lab/lab.ts';
import { network, nodeObject, podObject, READY_POD, StandInHost, standInTask } from './stand-in-cluster.ts';

const NODES = ['lab-control-plane', 'lab-worker'];

/** A stand-in whose daemon becomes ready when it is applied, and whose nodes do when there is a network. */
function living(wanted: LabNetwork, settings?: Readonly<Record<string, string>>) {
  const stand = standInTask(wanted, settings);
  const { kube, log } = stand;
  const apply = kube.apply.bind(kube);
  const ready = () => {
    log.push('nodes are ready');
    kube.put(
      nodeObject('lab-control-plane', '10.244.0.0/24', '172.18.0.2'),
      nodeObject('lab-worker', '10.244.1.0/24', '172.18.0.3'),
    );
  };
  kube.apply = async (objects: readonly KubeObject[]) => {
    await apply(objects);
    const daemonSet = objects.find(({ kind }) => kind === 'DaemonSet')?.metadata.name ?? '';
    setTimeout(() => {
      log.push('the daemon is ready');
      kube.put(...NODES.map((name) => podObject(name, daemonSet, READY_POD)));
      if (daemonSet === 'kindnet') ready();
    }, 20);
  };
  for (const name of ['n1', 'n2']) {
    const { write } = stand.hostOf(name);
    stand.hostOf(name).write = async (files) => {
      await write.call(stand.hostOf(name), files);
      if (wanted.type !== 'kindnet' && files.some(({ path }) => path.endsWith('.conflist'))) ready();
    };
  }
  return stand;
}

/** What was done on one node, and to the cluster. */
const steps = (log: readonly string[], node = 'n1') =>
  log.filter((line) => !/^n\d /.test(line) || line.startsWith(node));
const recorder = (...types: readonly string[]) =>
  `n1 recorder /opt/cni/bin /var/lib/cnilab install ${types.join(' ')}`;

describe('applying a network', () => {
  it("writes flannel's configuration when its daemon is ready, and not before", async () => {
    const { task, log, hostOf } = living(network('flannel'), { flannelCniVersion: '0.3.1' });
    await applyNetwork(task);
    const order = steps(log);
    const at = (part: string) => order.findIndex((line) => line.includes(part));
    expect(at('apply Namespace kube-flannel')).toBeGreaterThan(
      at('install loopback flannel portmap bandwidth'),
    );
    expect(at('writes /etc/cni/net.d/10-flannel.conflist')).toBeGreaterThan(at('the daemon is ready'));
    // The plugin comes with the daemon, and is recorded from then on.
    expect(
      order.filter((line) => line === recorder('loopback', 'flannel', 'portmap', 'bandwidth')),
    ).toHaveLength(2);
    expect(order.lastIndexOf(recorder('loopback', 'flannel', 'portmap', 'bandwidth'))).toBeLessThan(
      at('writes /etc/cni/net.d/10-flannel.conflist'),
    );
    expect(JSON.parse(hostOf('n2').files.get('/etc/cni/net.d/10-flannel.conflist') ?? '')).toMatchObject({
      cniVersion: '0.3.1',
      name: 'cbr0',
      plugins: [
        { type: 'flannel', delegate: { hairpinMode: true, forceAddress: true, isDefaultGateway: true } },
        { type: 'portmap' },
        { type: 'bandwidth' },
      ],
    });
    expect(hostOf('n1').files.get('/var/lib/cnilab/copied-plugins')).toBe('flannel\n');
  });

  // In the pod's own files it broke every plugin: "/var/lib/cnilab/cni-bin/ptp: No such file or directory".
  it('puts the recorder into the node itself where nodes are entered by a pod', async () => {
    const { task, log } = living(network('kindnet'));
    const itself = new Map(['n1', 'n2'].map((name) => [name, new StandInHost(`${name} itself`, log)]));
    const byPod = { ...task, nodeItself: (name: string) => itself.get(name) as unknown as Host };
    await applyNetwork(byPod);
    await deleteNetwork(byPod);
    const done = log.filter((line) => / (recorder|facts) /.test(line));
    expect(
      done.map((line) => line.replace(/ \/.*cnilab| \/.*/, '')).filter((line) => line.startsWith('n2')),
    ).toEqual([
      'n2 itself facts',
      'n2 itself recorder install loopback ptp portmap',
      'n2 itself recorder remove',
    ]);
    expect(itself.get('n1')?.files.get('/var/lib/cnilab/record-call')).toContain('cnilab call recorder');
  });

  it("leaves kindnet's configuration to its daemon, and puts the lab's files beside it afterwards", async () => {
    const configs = { '200-loopback.conf': '{"type":"loopback"}', '100-old.conf.mk_disabled': '{}' };
    const { task, log, hostOf } = living(network('kindnet', { configs }));
    await applyNetwork(task);
    const order = steps(log);
    const written = order.indexOf(
      'n1 writes /etc/cni/net.d/100-old.conf.mk_disabled /etc/cni/net.d/200-loopback.conf',
    );
    expect(written).toBeGreaterThan(order.indexOf('nodes are ready'));
    expect(order).toContain(recorder('loopback', 'ptp', 'portmap'));
    expect(hostOf('n1').files.has('/etc/cni/net.d/10-kindnet.conflist')).toBe(false);
  });

  it("applies the node's own kindnet manifest, or another where it has none", async () => {
    const { task, log, hostOf } = living(network('kindnet'));
    hostOf('n1').files.set(
      '/kind/manifests/default-cni.yaml',
      'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: kindnet, namespace: kube-system}\n',
    );
    await applyNetwork(task);
    expect(log).toContain('apply DaemonSet kube-system/kindnet');
    const other = living(network('kindnet'));
    await applyNetwork(other.task);
    expect(other.log.find((line) => line.startsWith('apply'))).toContain('ClusterRole kindnet');
  });

  it("writes the lab's own conflist with the range that Kubernetes gave the node, and routes to the others", async () => {
    const configs = {
      '10-own.conflist':
        '{"cniVersion":"1.0.0","name":"own","plugins":[{"type":"bridge","ipam":{"type":"host-local","subnet":"@POD_CIDR@"}}]}',
    };
    const { task, log, hostOf, kube } = living(network('conflist', { configs, routes: true }));
    kube.put(nodeObject('lab-worker', '10.244.9.0/24', '172.18.0.3', false));
    hostOf('n1').answer = ([command]) =>
      command === 'ip' ? '7: ens3    inet 172.18.0.2/16 scope global\n' : '';
    const scripts: string[] = [];
    const { run } = hostOf('n1');
    hostOf('n1').run = (argv) => {
      scripts.push(argv.join(' '));
      return run.call(hostOf('n1'), argv);
    };
    await applyNetwork(task);
    expect(hostOf('n2').files.get('/etc/cni/net.d/10-own.conflist')).toContain('"subnet":"10.244.9.0/24"');
    expect(scripts.join('\n')).toContain('route replace 10.244.9.0/24 via 172.18.0.3 dev ens3');
    expect(log.filter((line) => line.startsWith('apply'))).toEqual([]);
  });

  it("puts flannel's entries for the other nodes back, with the MACs that the daemons say", async () => {
    const { task, kube, hostOf } = living(network('flannel'));
    const scripts: string[] = [];
    const { run } = hostOf('n1');
    hostOf('n1').run = (argv) => {
      scripts.push(argv.join(' '));
      return run.call(hostOf('n1'), argv);
    };
    await applyNetwork(task);
    // Nobody has said any: nothing is guessed.
    expect(scripts.join('\n')).not.toContain('neigh replace');
    const put = kube.put.bind(kube);
    kube.put = (...objects) =>
      put(
        ...objects.map((object) =>
          object.kind !== 'Node'
            ? object
            : {
                ...object,
                metadata: {
                  ...object.metadata,
                  annotations: {
                    'flannel.alpha.coreos.com/backend-data': '{"VtepMAC":"02:00:00:00:00:09"}',
                  },
                },
              },
        ),
      );
    await applyNetwork(task);
    expect(scripts.join('\n')).toContain('neigh replace 10.244.1.0 lladdr 02:00:00:00:00:09 dev flannel.1');
  });

  it('removes files that are no part of the lab before anything else is there', async () => {
    const { task, log, hostOf } = living(network('flannel'));
    hostOf('n1').answer = (argv) => (argv[3] === 'list' ? '05-old.conflist\n10-flannel.conflist\n' : '');
    await applyNetwork(task);
    const removed = log.indexOf('n1 rm -f /etc/cni/net.d/05-old.conflist');
    expect(removed).toBeGreaterThan(-1);
    expect(removed).toBeLessThan(log.findIndex((line) => line.startsWith('apply')));
  });

  it('removes nothing and moves no plugin where the cluster is not ours alone', async () => {
    const { task, log, hostOf } = living(network('flannel'));
    hostOf('n1').answer = (argv) => (argv[3] === 'list' ? '05-old.conflist\n' : '');
    await applyNetwork({ ...task, exclusive: false });
    expect(log.filter((line) => /05-old|record-call|cni-bin/.test(line))).toEqual([]);
  });

  it('takes the old network off first when the new one is wired in another way', async () => {
    const { task, log } = living(network('flannel'));
    await applyNetwork(task, network('kindnet'));
    const changes = log.filter((line) => /^(delete|apply) /.test(line)).map((line) => line.split(',')[0]);
    expect(changes).toEqual(['delete DaemonSet kube-system/kindnet', 'apply Namespace kube-flannel']);
    const same = living(network('flannel'));
    await applyNetwork(same.task, network('flannel', { configs: { x: '' } }));
    expect(same.log.filter((line) => line.startsWith('delete'))).toEqual([]);
  });

  it('takes files and bridges of the configuration before away, once the new one is there', async () => {
    const own = (file: string, bridge: string) =>
      network('conflist', {
        routes: true,
        configs: {
          [file]: JSON.stringify({ cniVersion: '1.0.0', name: 'own', plugins: [{ type: 'bridge', bridge }] }),
        },
      });
    const { task, log, hostOf } = living(own('20-own.conflist', 'lab1'));
    const { run } = hostOf('n1');
    hostOf('n1').run = (argv) => {
      if (argv.join(' ').includes('lab0')) log.push(`n1 runs ${argv[2]?.replaceAll('\n', '; ')}`);
      return run.call(hostOf('n1'), argv);
    };
    await applyNetwork({ ...task, exclusive: false }, own('10-own.conflist', 'lab0'));
    const removed = log.indexOf(
      'n1 runs rm -f /etc/cni/net.d/10-own.conflist; ip link del lab0 2> /dev/null || true',
    );
    expect(removed).toBeGreaterThan(log.indexOf('n1 writes /etc/cni/net.d/20-own.conflist'));
  });

  it('says on which node there is no network for pods to be had', async () => {
    const { task, kube } = living(network('flannel'));
    kube.objects.delete('Node lab-worker');
    await expect(applyNetwork(task)).rejects.toThrow('Kubernetes has no node lab-worker (n2 of the lab)');
    kube.put({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'lab-worker' } });
    await expect(applyNetwork(task)).rejects.toThrow('node lab-worker no range for pods (spec.podCIDR)');
  });

  // Seen on a kind cluster that was there before: flanneld ended again and again, and up waited five minutes.
  it('refuses nodes whose ranges are not of the network, before anything is changed', async () => {
    const other = network('flannel', { podCIDR: '10.42.0.0/16' });
    const { task, log } = living(other);
    await expect(refuseNetwork({ ...task, exclusive: false })).rejects.toThrow(
      "the cluster has given node lab-control-plane the range 10.244.0.0/24, which is not of the lab's network.podCIDR, 10.42.0.0/16",
    );
    expect(log).toEqual([]);
  });

  it('refuses a cluster that has such a network of its own, before anything is changed', async () => {
    const refused = async (prepare: (stand: ReturnType<typeof living>) => void, says: string) => {
      const stand = living(network('flannel'));
      prepare(stand);
      await expect(refuseNetwork({ ...stand.task, exclusive: false })).rejects.toThrow(says);
      expect(stand.log).toEqual([]);
      // What was applied before is the lab's own.
      await refuseNetwork({ ...stand.task, exclusive: false }, network('flannel'));
    };
    const metadata = { name: 'kube-flannel-ds', namespace: 'kube-flannel' };
    await refused(
      ({ kube }) => kube.put({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata }),
      'the cluster has DaemonSet kube-flannel/kube-flannel-ds already',
    );
    await refused(
      ({ hostOf }) => hostOf('n2').files.set('/sys/class/net/cni0/address', '02:00:00:00:00:01'),
      'node lab-worker has bridge cni0 already',
    );
    await refused(
      ({ hostOf }) => hostOf('n1').files.set('/etc/cni/net.d/10-flannel.conflist', '{}'),
      'node lab-control-plane has /etc/cni/net.d/10-flannel.conflist already',
    );
  });

  it('goes on where calls cannot be recorded, and says so', async () => {
    const { task, said, hostOf, log } = living(network('flannel'));
    hostOf('n2').facts = 'riscv64\n\nloopback\nbridge\nhost-local\nportmap\nbandwidth\n';
    await applyNetwork(task);
    expect(said).toContain('n2: calls of CNI plugins are not recorded (no perl, or not x86_64 or aarch64)');
    expect(log.filter((line) => line.startsWith('n2 recorder'))).toEqual([]);
  });
});

describe('the plan of a cluster', () => {
  it("has the VTEPs' MACs that flanneld drew", async () => {
    const { task, kube } = standInTask(network('flannel'));
    const annotations = {
      'flannel.alpha.coreos.com/backend-data': '{"VNI":1,"VtepMAC":"de:ad:be:ef:00:02"}',
    };
    kube.put({
      ...nodeObject('lab-worker', '10.244.1.0/24', '172.18.0.3'),
      metadata: { name: 'lab-worker', annotations },
    });
    const [first] = clusterPlans(task, await standingNodes(task));
    expect(first?.fdb).toEqual([{ mac: 'de:ad:be:ef:00:02', dev: 'flannel.1', dst: '172.18.0.3' }]);
    expect(first?.neighbours).toEqual([{ dst: '10.244.1.0', mac: 'de:ad:be:ef:00:02', dev: 'flannel.1' }]);
  });
});

describe('deleting a network', () => {
  it('ends the daemon before it removes what the daemon would put back', async () => {
    const { task, log, kube } = standInTask(network('flannel'));
    await deleteNetwork(task);
    expect(steps(log)).toEqual([
      'delete DaemonSet kube-flannel/kube-flannel-ds, ConfigMap kube-flannel/kube-flannel-cfg, ClusterRoleBinding flannel, ClusterRole flannel, ServiceAccount kube-flannel/flannel, Namespace kube-flannel',
      'n1 recorder /opt/cni/bin /var/lib/cnilab remove',
      'n1 ',
    ]);
    expect(kube.objects.has('DaemonSet kube-flannel/kube-flannel-ds')).toBe(false);
  });
});
