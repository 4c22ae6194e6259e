// Settings that all Kubernetes backends understand.
import type { ClusterTool } from './cluster-tool.ts';
import { NETWORK_SETTINGS } from './network/network-task.ts';
import { TOOLS_IMAGE } from './pod-access.ts';
import { POD_IMAGE } from './pod-image.ts';

const COMMON: ClusterTool['settings'] = {
  podImage: { help: 'image of the test pods', default: POD_IMAGE },
  toolsImage: {
    help: 'image of the privileged pods that nodes are entered by, where they are',
    default: TOOLS_IMAGE,
  },
  objects: {
    help: 'who makes the pods: "pulumi" (its kubernetes plugin) or "cnilab"',
    default: 'pulumi',
    values: ['pulumi', 'cnilab'],
  },
};

const OF_OUR_CLUSTERS: ClusterTool['settings'] = {
  systemPods: {
    help: '"rest": CoreDNS and the like have no replicas, so that the lab’s pods get the first addresses; or "keep"',
    default: 'rest',
    values: ['rest', 'keep'],
  },
  podIPv6: {
    help: '"off": pods of a lab without IPv6 say nothing over it; or "keep"',
    default: 'off',
    values: ['off', 'keep'],
  },
};

/** All that a backend over this tool understands; the tool's own come first. */
export function settingsFor({ ownsCluster, settings }: ClusterTool): ClusterTool['settings'] {
  return { ...settings, ...COMMON, ...NETWORK_SETTINGS, ...(ownsCluster && OF_OUR_CLUSTERS) };
}
