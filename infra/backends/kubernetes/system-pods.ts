// The cluster's own pods on the pod network. In a cluster that is ours for a lab they would take the first addresses of a node, and a
// veth each, before the lab's own.
import type { Operation } from '../backend.ts';
import type { KubernetesConnection } from './connection.ts';

/** Deployments that kind, minikube and kubeadm bring along: DNS and local volumes, of which labs use neither. */
const DEPLOYMENTS = [
  ['kube-system', 'coredns'],
  ['local-path-storage', 'local-path-provisioner'],
] as const;

/** Scales them to none, unless the user wants them (setting `systemPods=keep`). Those that are not there are passed over. */
export async function restSystemPods(connection: KubernetesConnection, op: Operation): Promise<void> {
  if (connection.settings.systemPods === 'keep') return;
  op.progress?.('no replicas of the cluster’s own pods, so that the lab’s get the first addresses');
  await Promise.all(DEPLOYMENTS.map(([namespace, name]) => connection.kube.scale(namespace, name, 0)));
}
