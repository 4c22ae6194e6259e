// How to get onto the nodes of a cluster on minikube: ssh or a privileged pod, as asked for or as the driver's nodes allow.

import { findTool } from '../../util/tools.ts';
import type { Operation } from '../backend.ts';
import type { AccessedCluster, Settings } from '../kubernetes/cluster-tool.ts';
import type { NodeAccess } from '../kubernetes/node-access.ts';
import { toolPodAccess } from '../kubernetes/pod-access.ts';
import type { MinikubeFacts } from './profile.ts';
import { profileOf } from './profiles.ts';
import { setting } from './settings.ts';
import { sshAccess } from './ssh-access.ts';

/**
 * Drivers whose node image has Perl, which the agent needs: kicbase is Debian's slim image (deploy/kicbase/Dockerfile), of
 * which perl-base is an essential part. The ISO for virtual machines has none (deploy/iso/minikube-iso/configs).
 */
const DRIVERS_WITH_PERL = ['docker', 'podman'];

/** Decides when it is opened, because only minikube knows which driver it chose. */
export function minikubeAccess(
  facts: MinikubeFacts,
  settings: Settings,
  cluster: AccessedCluster,
): NodeAccess {
  const asked = setting(settings, 'nodeAccess');
  let chosen: NodeAccess | undefined =
    asked === 'pod' ? viaPod() : asked === 'ssh' ? sshAccess(facts) : undefined;

  function viaPod(): NodeAccess {
    return toolPodAccess(cluster, settings, { namespace: 'cnilab-nodes', removeAfterwards: false });
  }

  async function choose(op: Operation): Promise<NodeAccess> {
    const profile = await profileOf(facts, op);
    if (profile?.kind !== 'ours')
      throw new Error(`minikube has no profile ${facts.cluster} of cnilab's any more`);
    return DRIVERS_WITH_PERL.includes(profile.driver) ? sshAccess(facts) : viaPod();
  }

  function opened(): NodeAccess {
    if (chosen === undefined)
      throw new TypeError(`the nodes of ${facts.cluster} are entered before they are opened`);
    return chosen;
  }

  return {
    get name() {
      return chosen?.name ?? 'minikube ssh or a privileged pod';
    },
    async open(op) {
      chosen ??= await choose(op);
      if (chosen.name === 'minikube ssh' && findTool('ssh') === undefined)
        throw new Error('minikube ssh needs the ssh command, which is not on PATH\ninstall openssh-client');
      await chosen.open?.(op);
    },
    close: async (op) => chosen?.close?.(op),
    enter: (node, argv) => opened().enter(node, argv),
    shell: (node, argv) => opened().shell(node, argv),
  };
}
