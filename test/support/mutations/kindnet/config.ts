// Lab kindnet, what the runtime is told and what it keeps, broken one rule at a time.
import { live } from '../breaks.ts';
import type { Broken, Mutation } from '../mutation.ts';

const CONFLIST = '/etc/cni/net.d/10-kindnet.conflist';
const LEASES = '/run/cni-ipam-state/kindnet';

/** The conflist edited, and as it was again. */
const conflist = (at: string, script: string) =>
  live(
    at,
    `cp ${CONFLIST} /run/conflist && sed -i '${script}' ${CONFLIST} && ! cmp -s ${CONFLIST} /run/conflist`,
    `cp /run/conflist ${CONFLIST}`,
  );

const cluster: readonly Mutation[] = [
  {
    breaks: 'the nodes have changed their roles',
    experiment: 'cluster',
    fails: ['two nodes, with roles and addresses'],
    broken: {
      variant: [
        ['- name: minikube\n      role: control-plane', '- name: minikube'],
        ['- name: minikube-m02', '- name: minikube-m02\n      role: control-plane'],
      ],
    },
  },
  {
    breaks: "a node's uplink has another address than the cluster says",
    experiment: 'cluster',
    fails: ['two nodes, with roles and addresses'],
    broken: {
      steps: [
        { at: 'minikube-m02', run: 'ip address flush dev eth0 && ip address add 192.168.49.33/24 dev eth0' },
      ],
      undo: [
        {
          at: 'minikube-m02',
          run: 'ip address flush dev eth0 && ip address add 192.168.49.3/24 dev eth0 && ip route add default via 192.168.49.1',
        },
        { rewire: true },
      ],
    },
  },
  {
    breaks: 'two replicas are on minikube and one is on minikube-m02',
    experiment: 'cluster',
    fails: [
      "three replicas, one on minikube and two on minikube-m02, addresses from .2 of each node's podCIDR",
      "host-local's lease files on minikube say the same",
      'and so do those on minikube-m02',
    ],
    broken: {
      variant: [
        ['nodes: [minikube-m02, minikube, minikube-m02]', 'nodes: [minikube-m02, minikube, minikube]'],
      ],
    },
  },
  {
    breaks: 'a lease of no container is on minikube',
    experiment: 'cluster',
    fails: ["host-local's lease files on minikube say the same"],
    broken: live('minikube', `echo nobody > ${LEASES}/10.244.0.9`, `rm ${LEASES}/10.244.0.9`),
  },
  {
    breaks: 'the lease of a pod on minikube-m02 is gone',
    experiment: 'cluster',
    fails: [
      'and so do those on minikube-m02',
      "what the CNI results say is what IPAM, the runtime's cache and the kernel have",
    ],
    broken: live('minikube-m02', `mv ${LEASES}/10.244.1.3 /run/lease`, `mv /run/lease ${LEASES}/10.244.1.3`),
  },
  {
    breaks: "the runtime's cache has lost a pod",
    experiment: 'cluster',
    fails: ["what the CNI results say is what IPAM, the runtime's cache and the kernel have"],
    broken: live(
      'minikube',
      'mv /var/lib/cni/results/kindnet-${pod-to-pod-2.containerId}-eth0 /run/result',
      'mv /run/result /var/lib/cni/results/kindnet-${pod-to-pod-2.containerId}-eth0',
    ),
  },
  {
    breaks: 'a pod has another address than CNI gave it',
    experiment: 'cluster',
    fails: ["what the CNI results say is what IPAM, the runtime's cache and the kernel have"],
    broken: {
      steps: [
        { at: 'pod-to-pod-3', run: 'ip address flush dev eth0 && ip address add 10.244.1.33/24 dev eth0' },
      ],
      undo: [{ remake: 'pod-to-pod-3' }],
    },
  },
];

const FOUR = 'four files in /etc/cni/net.d of minikube';
const cniConfig: readonly Mutation[] = [
  {
    breaks: 'a fifth file is in /etc/cni/net.d of minikube',
    experiment: 'cni-config',
    fails: [FOUR],
    broken: live('minikube', 'touch /etc/cni/net.d/readme', 'rm /etc/cni/net.d/readme'),
  },
  {
    breaks: 'one of the four files is missing on minikube-m02',
    experiment: 'cni-config',
    fails: ['the same four on minikube-m02'],
    broken: live(
      'minikube-m02',
      'mv /etc/cni/net.d/200-loopback.conf /run/',
      'mv /run/200-loopback.conf /etc/cni/net.d/',
    ),
  },
  {
    breaks: 'another network comes first by its name',
    experiment: 'cni-config',
    fails: ['the runtime picks 10-kindnet.conflist'],
    beside: { [FOUR]: 'fail' },
    broken: live(
      'minikube',
      `sed s/kindnet/other/ ${CONFLIST} > /etc/cni/net.d/05-other.conflist`,
      'rm /etc/cni/net.d/05-other.conflist',
    ),
  },
  {
    breaks: 'a disabled configuration is enabled again',
    experiment: 'cni-config',
    fails: ['it ignores what is not called .conf, .conflist or .json, and says why'],
    beside: { [FOUR]: 'fail' },
    broken: live(
      'minikube',
      'cd /etc/cni/net.d && mv 100-crio-bridge.conf.mk_disabled 100-crio-bridge.conf',
      'cd /etc/cni/net.d && mv 100-crio-bridge.conf 100-crio-bridge.conf.mk_disabled',
    ),
  },
  ...[
    ["minikube hands out minikube-m02's range", 's,10.244.0.0/24,10.244.1.0/24,'],
    ['the conflist of minikube masquerades', 's/"ipMasq": *false/"ipMasq": true/'],
    ['the conflist of minikube keeps its leases elsewhere', 's,/run/cni-ipam-state,/var/lib/cni/networks,'],
    ['the conflist of minikube maps no ports', 's/portMappings/bandwidth/'],
  ].map(
    ([breaks = '', script = '']): Mutation => ({
      breaks,
      experiment: 'cni-config',
      fails: ["minikube's conflist hands out minikube's podCIDR"],
      broken: conflist('minikube', script),
    }),
  ),
  {
    breaks: 'the conflist of minikube-m02 has another MTU',
    experiment: 'cni-config',
    fails: ["minikube-m02's conflist differs in the podCIDR alone"],
    broken: conflist('minikube-m02', 's/1500/1400/'),
  },
  {
    breaks: 'a third plugin was chained when the pod was made',
    experiment: 'cni-config',
    fails: [
      'ADD calls ptp (which asks host-local for an address, makes the veth, sets the routes), then portmap',
    ],
    broken: remadeWith('bandwidth'),
  },
  {
    breaks: 'lo was brought up a second time when the pod was made',
    experiment: 'cni-config',
    fails: ['and loopback, once, for lo'],
    broken: remadeWith('loopback'),
  },
];

/** As pod-to-pod-2 was made anew with that plugin between the two; the conflist is as it was again. */
function remadeWith(plugin: string): Broken {
  const { steps, undo } = conflist('minikube', `s/"type": "portmap",/"type": "${plugin}"}, {&/`);
  const again = { remake: 'pod-to-pod-2' };
  return { steps: [...steps, again, ...undo], undo: [...undo, again] };
}

export const CONFIG_MUTATIONS: readonly Mutation[] = [...cluster, ...cniConfig];
