// Pods in their node's own network (hostNetwork): on the way of a packet they are that node.
import type { PodStatus } from '../backends/backend.ts';

/** Why nothing of a pod's veth can be told. */
export function noVeth(pod: string): string {
  return `pod ${pod} has no veth: it is in its node’s own network (hostNetwork)`;
}

/** @returns whose network a host's packets are sent by: its own, or that of its node */
export function senderOf(name: string, pods: readonly PodStatus[]): string {
  return pods.find((pod) => pod.name === name && pod.hostNetwork)?.node ?? name;
}

/** Those with a network of their own. */
export function attachedPods(pods: readonly PodStatus[]): readonly PodStatus[] {
  return pods.filter(({ hostNetwork }) => !hostNetwork);
}
