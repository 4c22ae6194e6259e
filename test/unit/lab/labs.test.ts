// The labs of the project: they load, and every acceptance row they are to show is claimed by a check.
import { describe, expect, it } from 'vitest';
import type { Lab } from '../../../infra/lab/lab.ts';
import { loadLab } from '../../../infra/lab/load.ts';

const load = (name: string) => loadLab(new URL(`../../../labs/${name}/lab.yaml`, import.meta.url).pathname);

function claims(lab: Lab): readonly string[] {
  const all = lab.experiments.flatMap((e) => (e.kind === 'exec' ? e.steps : e.checks).map((c) => c.claim));
  return [...new Set(all.filter((claim) => claim !== undefined))].sort();
}

const rows = (prefix: string, numbers: readonly number[]) => numbers.map((n) => `${prefix}${n}`).sort();

describe('labs/kindnet', () => {
  it('puts one replica on minikube and two on minikube-m02, at the article’s addresses', async () => {
    const lab = await load('kindnet');
    expect(lab.workloads[0]?.pods.map((pod) => [pod.node, pod.address])).toEqual([
      ['minikube-m02', '10.244.1.2'],
      ['minikube', '10.244.0.2'],
      ['minikube-m02', '10.244.1.3'],
    ]);
    expect(lab.network).toMatchObject({ type: 'kindnet', mtu: 1500 });
    expect(Object.keys(lab.network.configs)).toEqual([
      '100-crio-bridge.conf.mk_disabled',
      '200-loopback.conf',
      '87-podman-bridge.conflist.mk_disabled',
    ]);
  });

  it('claims K1 to K13', async () => {
    expect(claims(await load('kindnet'))).toEqual(rows('K', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]));
  });
});

describe('labs/flannel', () => {
  it('has three pods on the first node and pods on the second', async () => {
    const lab = await load('flannel');
    expect(lab.network).toMatchObject({ type: 'flannel', podCIDR: '10.42.0.0/16', mtu: 1450 });
    const pods = lab.workloads.flatMap((workload) => workload.pods);
    expect(pods.filter((pod) => pod.node === 'k3s-server').map((pod) => pod.address)).toEqual([
      '10.42.0.2',
      '10.42.0.3',
      '10.42.0.4',
    ]);
  });

  it('claims F2 to F15', async () => {
    expect(claims(await load('flannel'))).toEqual(
      rows('F', [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
    );
  });
});
