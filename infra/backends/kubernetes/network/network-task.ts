// One network on one cluster: what every step of applying, checking and deleting it is given.

import type { LabNetwork, LabNode } from '../../../lab/lab.ts';
import type { Operation } from '../../backend.ts';
import type { Host } from '../../host.ts';
import type { NodeName, Settings } from '../cluster-tool.ts';
import type { Kube } from './kube.ts';

export interface NetworkTask {
  readonly kube: Kube;
  /** A node by its lab name, as root. */
  readonly host: (node: string) => Host;
  /** The same with the node's own files and tools, where it is entered by a pod that has an image's. */
  readonly nodeItself: (node: string) => Host;
  /** As the lab has them. */
  readonly nodes: readonly LabNode[];
  readonly realNames: readonly NodeName[];
  readonly network: LabNetwork;
  readonly settings: Settings;
  /** The cluster is ours alone: CNI configuration that is not the lab's is nobody's. */
  readonly exclusive: boolean;
  readonly op: Operation;
}

/** Settings that the network understands: key → one line of help and the default. */
export const NETWORK_SETTINGS = {
  flannelImage: {
    help: "image with Flannel's daemon (/opt/bin/flanneld)",
    default: 'ghcr.io/flannel-io/flannel:v0.28.9',
  },
  flannelPluginImage: {
    help: "image with Flannel's CNI plugin (/flannel or /opt/bin/flannel) and sh",
    default: 'ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3',
  },
  flannelCniVersion: { help: "cniVersion of Flannel's network", default: '0.4.0' },
  kindnetImage: {
    help: 'image of kindnetd, on nodes that do not bring a manifest of their own (kind nodes do)',
    default: 'docker.io/kindest/kindnetd:v20260820-69b56db7',
  },
} as const;

export type NetworkSetting = keyof typeof NETWORK_SETTINGS;

export function settingOf({ settings }: Pick<NetworkTask, 'settings'>, key: NetworkSetting): string {
  return settings[key] ?? NETWORK_SETTINGS[key].default;
}

/** @throws Error when the cluster has no such node */
export function realName({ realNames }: Pick<NetworkTask, 'realNames'>, node: string): string {
  const found = realNames.find(({ lab }) => lab === node);
  if (!found) throw new Error(`the cluster has no node for ${node}; make the lab anew`);
  return found.real;
}
