// A container in a path of /proc/PID/cgroup, as kubelet and the runtimes name its cgroup.

export interface CgroupContainer {
  readonly podUid: string;
  readonly id: string;
}

/**
 * kubelet's part is `pod<uid>` (cgroupfs driver) or `kubepods-<qos>-pod<uid>.slice` with "_" for "-" (systemd driver; both
 * in pkg/kubelet/cm/cgroup_manager_linux.go). The runtime's is the id, with a prefix and `.scope` under systemd. Where the
 * two do not agree on a driver, containerd uses the systemd triple `<slice>:cri-containerd:<id>` as a name. A pod that runs
 * containers of its own has them further to the right. CRI-O's conmon is in the pod, but is no container.
 */
const PATTERN =
  /pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?[/:](?:(?:cri-containerd|crio|docker)[-:])?([0-9a-f]{64})(?:\.scope)?(?:\/|$)/;

/** @param path whole lines of /proc/PID/cgroup will do. @returns undefined when it is no container of a pod */
export function containerOfCgroup(path: string): CgroupContainer | undefined {
  const [, uid, id] = PATTERN.exec(path) ?? [];
  return uid !== undefined && id !== undefined ? { podUid: uid.replaceAll('_', '-'), id } : undefined;
}
