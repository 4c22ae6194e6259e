// Containers in the cgroup paths of every driver and runtime.
import { describe, expect, it } from 'vitest';
import { containerOfCgroup } from '../../../../infra/backends/kubernetes/container-sources/cgroup-path.ts';

const id = '7cb6e80c96a3e13204fc52788c81af07621da5ef131381a31751602215da2a23';
const inner = 'f584af2298754d2b8d0f980eb7c9afd0d1e8c5193ef8ea0a738c2483fb25c3f5';
const podUid = '8e2147ab-b1fe-4c6f-baa8-d9362c42e445';
const under = podUid.replaceAll('-', '_');
const slice = `kubepods-burstable-pod${under}.slice`;

describe('a container of a pod', () => {
  it.each([
    ['containerd, cgroupfs', `9:name=systemd:/kubepods/burstable/pod${podUid}/${id}`],
    [
      'containerd, systemd, v2',
      `0::/kubepods.slice/kubepods-burstable.slice/${slice}/cri-containerd-${id}.scope`,
    ],
    ['guaranteed: no class', `0::/kubepods.slice/kubepods-pod${under}.slice/cri-containerd-${id}.scope`],
    [
      'kind: a cgroup root of its own',
      `0::/kubelet.slice/kubelet-kubepods.slice/kubelet-${slice}/cri-containerd-${id}.scope`,
    ],
    [
      'kind without a cgroup namespace',
      `4:memory:/docker/${inner}/kubelet/kubepods/burstable/pod${podUid}/${id}`,
    ],
    ['drivers that disagree', `4:memory:/system.slice/containerd.service/${slice}:cri-containerd:${id}`],
    ['CRI-O, systemd', `0::/kubepods.slice/kubepods-burstable.slice/${slice}/crio-${id}.scope`],
    ['CRI-O with crun', `0::/kubepods.slice/kubepods-burstable.slice/${slice}/crio-${id}.scope/container`],
    ['CRI-O, cgroupfs', `0::/kubepods/burstable/pod${podUid}/crio-${id}`],
    [
      'docker, systemd',
      `1:name=systemd:/kubepods.slice/kubepods-burstable.slice/${slice}/docker-${id}.scope`,
    ],
    ['docker, cgroupfs', `1:name=systemd:/kubepods/burstable/pod${podUid}/${id}`],
    ['systemd in the container', `0::/kubepods.slice/${slice}/cri-containerd-${id}.scope/init.scope`],
    [
      'a cluster in the pod',
      `0::/kubepods/pod${podUid}/${id}/kubelet/kubepods/pod${podUid.replace('8', '9')}/${inner}`,
    ],
    [
      'seen from another cgroup namespace',
      `0::/../../kubepods-burstable.slice/${slice}/cri-containerd-${id}.scope`,
    ],
  ])('%s', (_, path) => {
    expect(containerOfCgroup(path)).toEqual({ podUid, id });
  });

  it('that is static has a uid of another form', () => {
    const uid = '0123456789abcdef0123456789abcdef';
    expect(containerOfCgroup(`0::/kubepods/burstable/pod${uid}/${id}`)).toEqual({ podUid: uid, id });
  });
});

it.each([
  ['of no pod', `0::/docker/${id}`],
  ['the pod itself', `0::/kubepods/burstable/pod${podUid}`],
  ["CRI-O's monitor of a container", `0::/kubepods.slice/${slice}/crio-conmon-${id}.scope`],
  ['kubelet', '0::/kubelet.slice/kubelet.service'],
  ['nothing', ''],
])('%s is no container', (_, path) => {
  expect(containerOfCgroup(path)).toBeUndefined();
});
