// Network type → the Kubernetes objects of its daemon.

import type { KubeObject, KubeRef } from '../kube-object.ts';
import { flannelObjects } from './flannel-objects.ts';
import { KIND_MANIFEST, kindManifestObjects, kindnetObjects } from './kindnet-objects.ts';
import { type NetworkTask, realName, settingOf } from './network-task.ts';

/** In the order in which they can be made; none for a conflist of the lab's own. */
export async function daemonObjects(task: NetworkTask): Promise<readonly KubeObject[]> {
  const { network, nodes, host } = task;
  if (network.type === 'conflist') return [];
  if (network.type === 'flannel') {
    const images = {
      daemon: settingOf(task, 'flannelImage'),
      plugin: settingOf(task, 'flannelPluginImage'),
    };
    return flannelObjects(network, images);
  }
  const controlPlanes = nodes.filter(({ role }) => role === 'control-plane');
  const [first] = controlPlanes;
  const manifest = first && (await host(first.name).read(KIND_MANIFEST));
  if (!manifest) return kindnetObjects(settingOf(task, 'kindnetImage'), network);
  // Several are behind a load balancer of kind's, which the daemon finds as everybody does, once there are services.
  const endpoint = controlPlanes.length === 1 ? `${realName(task, first.name)}:6443` : undefined;
  return kindManifestObjects(manifest.toString(), { network, endpoint });
}

export function daemonSetOf(objects: readonly KubeObject[]): KubeRef | undefined {
  return objects.find(({ kind }) => kind === 'DaemonSet');
}
