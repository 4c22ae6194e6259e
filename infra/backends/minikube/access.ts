// How to get onto the nodes of a cluster on minikube: ssh or a privileged pod, as asked for or as the nodes allow.

import { findTool } from '../../util/tools.ts';
import { capableAccess } from '../kubernetes/capable-access.ts';
import type { AccessedCluster, Settings } from '../kubernetes/cluster-tool.ts';
import type { NodeAccess } from '../kubernetes/node-access.ts';
import { toolPodAccess } from '../kubernetes/pod-access.ts';
import type { MinikubeFacts } from './profile.ts';
import { setting } from './settings.ts';
import { sshAccess } from './ssh-access.ts';

/** The nodes themselves are asked what they have: their image depends on the driver, and may be the user's own. */
export function minikubeAccess(
  facts: MinikubeFacts,
  settings: Settings,
  cluster: AccessedCluster,
): NodeAccess {
  const asked = setting(settings, 'nodeAccess');
  const byPod = toolPodAccess(cluster, settings, { namespace: 'cnilab-nodes', removeAfterwards: false });
  if (asked === 'pod') return byPod;
  const bySsh: NodeAccess = {
    ...sshAccess(facts),
    async open() {
      if (findTool('ssh') === undefined)
        throw new Error('minikube ssh needs the ssh command, which is not on PATH\ninstall openssh-client');
    },
  };
  return asked === 'ssh' ? bySsh : capableAccess(bySsh, byPod, cluster);
}
